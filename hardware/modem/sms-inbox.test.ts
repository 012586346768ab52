import { describe, expect, test } from "@jest/globals";
import { WorError } from "../../process/errors.js";
import { createLog } from "../../process/log.js";
import type { AtCommand } from "./at-command.js";
import { SmsInbox } from "./sms-inbox.js";

const PDU = "0791947101670000040891515510320000621132309543000E693788FE06CDDB73FAFBCD9E03";

/** A modem with stores, as far as the inbox sees one. */
function inbox(stores: Record<string, Record<number, string>>) {
  const commands: string[] = [];
  const texts: string[] = [];
  let selected = "ME";
  const answer = (text: string): string[] => {
    const store = stores[selected] ?? {};
    const index = Number(/=(\d+)/.exec(text)?.[1]);
    if (text === "AT+CPMS?") return [`+CPMS: "${selected}",0,30,"SM",0,30,"SM",0,30`];
    if (text.startsWith("AT+CPMS=")) selected = /"(.*)"/.exec(text)?.[1] ?? "";
    if (text.startsWith("AT+CMGD=")) delete store[index];
    if (text.startsWith("AT+CMGR=")) {
      if (index > 30) throw new WorError("cms-321", "invalid index");
      return store[index] === undefined ? [] : ["+CMGR: 0,,30", store[index]];
    }
    if (text === "AT+CMGL=4") return Object.entries(store).flatMap(([at, pdu]) => [`+CMGL: ${at},0,,30`, pdu]);
    return [];
  };
  const run = async <T>(command: AtCommand<T>): Promise<T> => {
    commands.push(command.text);
    return command.parse(answer(command.text));
  };
  return { box: new SmsInbox(run, ({ text }) => texts.push(text), createLog("test", "silent")), commands, texts };
}

describe("inbox", () => {
  test("H40 reads from the store named in +CMTI, and selects it only once", async () => {
    const { box, commands, texts } = inbox({ SM: { 3: PDU, 4: PDU }, ME: { 3: "not this" } });
    await Promise.all([box.stored("SM", 3), box.stored("SM", 4)]);
    expect(texts).toHaveLength(2);
    expect(commands).toEqual(['AT+CPMS="SM"', "AT+CMGR=3", "AT+CMGD=3", "AT+CMGR=4", "AT+CMGD=4"]);
  });

  test("reads what waits in the store that is selected, and where messages come in", async () => {
    const { box, commands, texts } = inbox({ ME: { 1: PDU }, SM: { 7: PDU } });
    await box.drain();
    expect(texts).toHaveLength(2);
    expect(commands.slice(-3)).toEqual(['AT+CPMS="SM"', "AT+CMGL=4", "AT+CMGD=7"]);
  });

  test("H38 a second notice of the same message finds nothing", async () => {
    const { box, texts } = inbox({ ME: { 3: PDU } });
    await Promise.all([box.stored("ME", 3), box.stored("ME", 3)]);
    expect(texts).toEqual(["in to smstools"]);
  });

  test("H39 an empty place, however the modem says it", async () => {
    const { box, texts } = inbox({ ME: {} });
    await box.stored("ME", 1);
    await box.stored("ME", 99);
    expect(texts).toEqual([]);
  });

  test("what cannot be decoded is deleted too: it would fill the store", async () => {
    const { box, commands, texts } = inbox({ ME: { 1: "00FF", 2: PDU } });
    await box.drain();
    expect(texts).toEqual(["in to smstools"]);
    expect(commands.slice(0, 4)).toEqual(["AT+CPMS?", "AT+CMGL=4", "AT+CMGD=1", "AT+CMGD=2"]);
  });
});
