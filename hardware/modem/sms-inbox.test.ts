import { describe, expect, test } from "@jest/globals";
import { WorError } from "../../process/errors.js";
import { createLog } from "../../process/log.js";
import type { AtCommand } from "./at-command.js";
import { addressOf } from "./pdu/address.js";
import { encodeDeliver } from "./pdu/deliver.js";
import { encodeStatusReport } from "./pdu/status-report.js";
import { userDataOf } from "./pdu/user-data.js";
import { SmsInbox } from "./sms-inbox.js";
import { SmsJoiner } from "./sms-joiner.js";
import type { ReceivedSms, SmsReport } from "./sms-message.js";
import { LEAVE_ALL, type SmsPolicy, TAKE_ALL } from "./sms-policy.js";
import { submitsOf } from "./sms-submit.js";

const PDU = "0791947101670000040891515510320000621132309543000E693788FE06CDDB73FAFBCD9E03";
const WAIT_MS = 1_000;
const REPORT = encodeStatusReport({
  reference: 9,
  to: addressOf("+15550100"),
  sentAt: new Date("2026-11-23T12:00:00Z"),
  dischargedAt: new Date("2026-11-23T12:00:09Z"),
  status: 0,
}).hex;

const sms = (text: string) =>
  encodeDeliver({ from: addressOf("+15550100"), userData: userDataOf(text), sentAt: undefined }).hex;
/** A long message as it comes: the user data of its SUBMITs behind another head. */
const long = (text: string, reference = 1) =>
  submitsOf("+15550100", text, { validityMinutes: 5 }, reference).map(
    ({ hex }) => `0044089151551000000062113230954300${hex.slice(24)}`,
  );

type Stores = Record<string, Record<number, string>>;

interface Setting {
  policy?: SmsPolicy;
  /** What the modem refuses, or answers otherwise. */
  answers?: (text: string) => string[] | undefined;
  service?: number;
  capacity?: number;
  mem3?: string;
  listens?: boolean;
  store?: string;
}

/** A modem with stores, as far as the inbox sees one. `before` runs before each command. */
function inbox(stores: Stores, setting: Setting = {}) {
  const { capacity = 30, service = 0, policy = TAKE_ALL, answers = () => undefined } = setting;
  const state = { listens: setting.listens ?? true, time: 0, fails: "" };
  const commands: string[] = [];
  const received: ReceivedSms[] = [];
  const reports: SmsReport[] = [];
  const before: ((text: string) => void)[] = [];
  let selected = "ME";
  let into = setting.mem3 ?? "ME";
  const use = (name: string) => `${Object.keys(stores[name] ?? {}).length},${capacity}`;
  const answer = (text: string): string[] => {
    const store = stores[selected] ?? {};
    const index = Number(/=(\d+)/.exec(text)?.[1]);
    if (text === "AT+CPMS?") return [`+CPMS: "${selected}",${use(selected)},"SM",${use("SM")},"${into}",${use(into)}`];
    if (text.startsWith("AT+CPMS=")) {
      const names = text.slice(8).replaceAll('"', "").split(",");
      selected = names[0] ?? "";
      into = names[2] ?? into;
    }
    if (text === "AT+CSMS?") return [`+CSMS: ${service},1,1,1`];
    if (text === "AT+CNMI?") return ["+CNMI: 1,1,0,0,1"];
    if (text.startsWith("AT+CMGD=")) delete store[index];
    if (text.startsWith("AT+CMGR=")) {
      if (index > capacity) throw new WorError("cms-321", "invalid index");
      return store[index] === undefined ? [] : ["+CMGR: 0,,30", store[index]];
    }
    if (text === "AT+CMGL=4") return Object.entries(store).flatMap(([at, pdu]) => [`+CMGL: ${at},0,,30`, pdu]);
    return [];
  };
  const run = async <T>(command: AtCommand<T>): Promise<T> => {
    for (const look of before) look(command.text);
    commands.push(command.text);
    return command.parse(answers(command.text) ?? answer(command.text));
  };
  const joiner = new SmsJoiner({ waitMs: WAIT_MS, most: 4, now: () => state.time });
  const options = { policy, joiner, reports: false, ...(setting.store === undefined ? {} : { store: setting.store }) };
  /** The modem was opened, once more perhaps. */
  const open = () =>
    new SmsInbox(
      options,
      {
        run,
        receive: (message) => {
          if (message.text === state.fails) throw new Error("a listener's");
          return state.listens && received.push(message) > 0;
        },
        report: (report) => state.listens && reports.push(report) > 0,
      },
      createLog("test", "silent"),
    );
  const texts = () => received.map(({ text }) => text);
  return { box: open(), open, joiner, commands, received, reports, texts, before, state, stores };
}

const refusal = (code: string): never => {
  throw new WorError(code, code);
};

describe("notices", () => {
  test("H40 reads from the store named in +CMTI, and selects it only once", async () => {
    const { box, commands, texts } = inbox({ SM: { 3: PDU, 4: PDU }, ME: { 3: "not this" } });
    await Promise.all([box.stored("SM", 3), box.stored("SM", 4)]);
    expect(texts()).toHaveLength(2);
    expect(commands).toEqual(['AT+CPMS="SM"', "AT+CMGR=3", "AT+CMGD=3", "AT+CMGR=4", "AT+CMGD=4"]);
  });

  test("H38 a second notice of the same message finds nothing", async () => {
    const { box, texts } = inbox({ ME: { 3: PDU } });
    await Promise.all([box.stored("ME", 3), box.stored("ME", 3)]);
    expect(texts()).toEqual(["in to smstools"]);
  });

  test("H39 an empty place, however the modem says it", async () => {
    const { box, texts } = inbox({ ME: {} });
    await box.stored("ME", 1);
    await box.stored("ME", 99);
    expect(texts()).toEqual([]);
  });

  test.each([
    ["no store", "", 3],
    ["half a store", "M", 3],
    ["no index", "ME", Number.NaN],
    ["a command", 'ME";+CMGD=1,4;+CPMS="SM', 3],
  ])("noise in a notice, %s: the stores are looked through", async (_, store, index) => {
    const { box, texts } = inbox({ ME: { 3: PDU } });
    await box.stored(store, index);
    expect(texts()).toEqual(["in to smstools"]);
  });

  test("a stored status report, from the store of its own", async () => {
    const { box, reports, commands } = inbox({ SR: { 1: REPORT } });
    await box.stored("SR", 1);
    expect(reports).toEqual([
      { reference: 9, to: "+15550100", status: "delivered", code: 0, at: new Date("2026-11-23T12:00:09Z") },
    ]);
    expect(commands).toEqual(['AT+CPMS="SR"', "AT+CMGR=1", "AT+CMGD=1"]);
  });
});

describe("what comes without being stored", () => {
  test.each([
    [0, ["AT+CSMS?"]],
    [1, ["AT+CSMS?", "AT+CNMA", "AT+CNMA", "AT+CNMA"]],
  ])("+CSMS %i", async (service, expected) => {
    const { box, commands, texts, reports } = inbox({}, { service });
    await box.direct(PDU);
    await box.direct(REPORT);
    await box.direct("garbage");
    expect(texts()).toEqual(["in to smstools"]);
    expect(reports).toHaveLength(1);
    expect(commands).toEqual(expected);
  });

  test("a modem that knows neither +CSMS nor +CNMA", async () => {
    const { box, texts } = inbox({}, { answers: (text) => (text === "AT+CSMS?" ? refusal("at-error") : undefined) });
    await box.direct(PDU);
    expect(texts()).toHaveLength(1);
  });

  test("class 0, 8-bit data and a name as sender", async () => {
    const { box, received } = inbox({});
    const data = Uint8Array.of(0, 255, 65);
    const from = addressOf("Info SMS");
    const userData = { alphabet: "8bit" as const, data, messageClass: 0 };
    await box.direct(encodeDeliver({ from, userData, sentAt: new Date(0), zoneMinutes: -300 }).hex);
    expect(received).toEqual([
      { from: "Info SMS", text: "\x00ÿA", data, messageClass: 0, sentAt: expect.any(Date), zoneMinutes: -300 },
    ]);
  });

  test("H42 parts of which one was stored and one was not", async () => {
    const [first = "", second = ""] = long("x".repeat(200));
    const { box, stores, texts } = inbox({ ME: { 4: second } });
    await box.stored("ME", 4);
    await box.direct(first);
    await box.check();
    expect(texts()).toEqual(["x".repeat(200)]);
    expect(stores.ME).toEqual({});
  });
});

describe("opening", () => {
  test("what cannot be decoded is deleted too: it would fill the store", async () => {
    const { box, commands, texts } = inbox({ ME: { 1: "00FF", 2: PDU } });
    await box.open();
    expect(texts()).toEqual(["in to smstools"]);
    expect(commands).toEqual(["AT+CPMS?", "AT+CMGL=4", "AT+CMGD=1", "AT+CMGD=2"]);
  });

  test("both stores, if messages come into another one than is read", async () => {
    const { box, texts, stores } = inbox({ ME: { 1: sms("one") }, SM: { 1: sms("two") } }, { mem3: "SM" });
    await box.open();
    expect(texts()).toEqual(["one", "two"]);
    expect(stores).toEqual({ ME: {}, SM: {} });
  });

  test("a chosen store is chosen for everything", async () => {
    const { box, commands, texts } = inbox({ SM: { 1: PDU } }, { store: "SM" });
    await box.open();
    expect(commands[0]).toBe('AT+CPMS="SM","SM","SM"');
    expect(texts()).toHaveLength(1);
  });
});

describe("nothing is lost", () => {
  test("handed over before it is deleted", async () => {
    const { box, texts, before } = inbox({ ME: { 1: PDU } });
    const heard: number[] = [];
    before.push((text) => text.startsWith("AT+CMGD") && heard.push(texts().length));
    await box.open();
    expect(heard).toEqual([1]);
  });

  test("the modem dies before the deletion: twice after it came back", async () => {
    let alive = false;
    const answers = (text: string) => (text.startsWith("AT+CMGD") && !alive ? refusal("modem-closed") : undefined);
    const { box, open, texts } = inbox({ ME: { 1: PDU } }, { answers });
    await expect(box.open()).rejects.toMatchObject({ code: "modem-closed" });
    alive = true;
    await open().open();
    expect(texts()).toEqual(["in to smstools", "in to smstools"]);
  });

  test("a deletion that the modem refused is tried again, the message not told again", async () => {
    let refuses = true;
    const answers = (text: string) => (text.startsWith("AT+CMGD") && refuses ? refusal("cms-500") : undefined);
    const { box, texts, stores } = inbox({ ME: { 1: PDU } }, { answers });
    await expect(box.open()).rejects.toMatchObject({ code: "cms-500" });
    refuses = false;
    await box.drain();
    expect(texts()).toHaveLength(1);
    expect(stores.ME).toEqual({});
  });

  test("a check tries it again too", async () => {
    let refuses = true;
    const answers = (text: string) => (text.startsWith("AT+CMGD") && refuses ? refusal("cms-500") : undefined);
    const { box, texts, stores } = inbox({ ME: { 1: PDU } }, { answers });
    await expect(box.stored("ME", 1)).rejects.toMatchObject({ code: "cms-500" });
    refuses = false;
    await box.check();
    expect(texts()).toHaveLength(1);
    expect(stores.ME).toEqual({});
  });

  test("a listener that throws keeps its message, and only that", async () => {
    const { box, state, stores, texts } = inbox({ ME: { 1: sms("bad"), 2: sms("good") } });
    state.fails = "bad";
    await box.open();
    expect(texts()).toEqual(["good"]);
    expect(Object.keys(stores.ME ?? {})).toEqual(["1"]);
  });

  test("what nobody listens to stays, and is told when somebody does", async () => {
    const { box, state, stores, texts } = inbox({ ME: { 1: PDU } }, { listens: false });
    await box.open();
    await box.check();
    expect(Object.keys(stores.ME ?? {})).toEqual(["1"]);
    state.listens = true;
    await box.drain();
    expect(texts()).toHaveLength(1);
    expect(stores.ME).toEqual({});
  });

  test("parts wait in the store, also through a new opening, and go when the last has come", async () => {
    const [first = "", second = ""] = long("y".repeat(200));
    const { box, open, stores, texts } = inbox({ ME: { 2: second } });
    await box.open();
    expect(stores.ME).toEqual({ 2: second });
    Object.assign(stores.ME ?? {}, { 7: first });
    await open().open();
    expect(texts()).toEqual(["y".repeat(200)]);
    expect(stores.ME).toEqual({});
  });

  test("a missing part: the rest is told of as incomplete, and deleted", async () => {
    const [, second = ""] = long("z".repeat(200));
    const { box, state, stores, received } = inbox({ ME: { 2: second } });
    await box.open();
    state.time = WAIT_MS;
    await box.check();
    expect(received).toMatchObject([{ text: "z".repeat(47), missing: [1] }]);
    expect(stores.ME).toEqual({});
  });
});

describe("H41 the store never fills up", () => {
  test("what came without a notice is found", async () => {
    const { box, stores, texts, commands } = inbox({ ME: {} });
    await box.open();
    await box.check();
    expect(commands).toEqual(["AT+CPMS?", "AT+CMGL=4", "AT+CPMS?"]);
    stores.ME = { 5: PDU };
    await box.check();
    expect(texts()).toHaveLength(1);
  });

  test("a full store is drained", async () => {
    const messages = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [at, sms(`${at}`)]));
    const { box, stores, texts } = inbox({ ME: messages }, { capacity: 10 });
    await box.drain();
    expect(texts()).toHaveLength(10);
    expect(stores.ME).toEqual({});
  });

  test("if nobody listens: what is not ours goes when there is no more room, a wake stays", async () => {
    const messages = { 1: sms("WORabc"), 2: sms("spam"), 3: sms("more spam"), 4: sms("WORdef"), 5: sms("WORghi") };
    const { box, stores } = inbox({ ME: messages }, { capacity: 5, listens: false });
    await box.open();
    await box.check();
    expect(Object.keys(stores.ME ?? {})).toEqual(["1", "4", "5"]);
    await box.check();
    expect(Object.keys(stores.ME ?? {})).toEqual(["1", "4", "5"]);
  });

  test("drafts of other programs stay as long as there is room", async () => {
    const [draft] = submitsOf("+15550100", "draft", { validityMinutes: 5 }, 0);
    const { box, stores, texts } = inbox({ ME: { 1: draft?.hex ?? "", 2: PDU } }, { capacity: 3 });
    await box.open();
    await box.check();
    expect(Object.keys(stores.ME ?? {})).toEqual(["1"]);
    Object.assign(stores.ME ?? {}, { 2: draft?.hex ?? "", 3: sms("last") });
    await box.drain();
    expect(texts()).toEqual(["in to smstools", "last"]);
    await box.check();
    expect(Object.keys(stores.ME ?? {})).toEqual(["1", "2"]);
  });

  test("waiting parts are given up for room", async () => {
    const waiting = [1, 2].flatMap((reference) => long("v".repeat(200), reference).slice(1));
    const { box, stores, received } = inbox({ ME: { ...waiting } }, { capacity: 2 });
    await box.drain();
    expect(received).toMatchObject([{ missing: [1] }, { missing: [1] }]);
    expect(stores.ME).toEqual({});
  });

  test("for diagnosis everything stays", async () => {
    const messages = { 1: PDU, 2: "00FF", 3: REPORT, 4: long("x".repeat(200))[0] ?? "" };
    const { box, stores, texts } = inbox({ ME: { ...messages } }, { policy: LEAVE_ALL, capacity: 4 });
    await box.open();
    await box.check();
    await box.drain();
    expect(texts()).toEqual([]);
    expect(stores.ME).toEqual(messages);
  });
});

describe("asked for", () => {
  test("a list changes nothing, and says what is what", async () => {
    const { box, stores } = inbox({ ME: { 1: PDU, 2: "00FF" }, SM: { 3: REPORT } }, { mem3: "SM" });
    const list = await box.list();
    expect(list.map(({ store, index, state, content }) => [store, index, state, content.kind])).toEqual([
      ["ME", 1, "unread", "received"],
      ["ME", 2, "unread", "undecodable"],
      ["SM", 3, "unread", "report"],
    ]);
    expect(Object.keys(stores.ME ?? {})).toEqual(["1", "2"]);
  });

  test("deleting, by default from the store that messages come into", async () => {
    const { box, stores } = inbox({ ME: { 1: PDU }, SM: { 1: PDU } }, { mem3: "SM" });
    await box.delete(1);
    expect(stores).toEqual({ ME: { 1: PDU }, SM: {} });
    await box.delete(1, "ME");
    expect(stores.ME).toEqual({});
    expect(await box.storage()).toEqual({ store: "SM", used: 0, total: 30 });
  });

  test.each([
    ["straight away", [] as string[], ["AT+CNMI=1,1,0,1,1"], undefined],
    ["stored", ["AT+CNMI=1,1,0,1,1"], ["AT+CNMI=1,1,0,1,1", "AT+CNMI=1,1,0,2,1"], undefined],
    ["not at all", ["AT+CNMI=1,1,0,1,1", "AT+CNMI=1,1,0,2,1"], undefined, "sms-report-unavailable"],
  ])("status reports %s", async (_, refused, sent, code) => {
    const { box, commands } = inbox(
      {},
      { answers: (text) => (refused.includes(text) ? refusal("cms-302") : undefined) },
    );
    const asked = Promise.all([box.enableReports(), box.enableReports()]);
    if (code === undefined) await asked;
    else await expect(asked).rejects.toMatchObject({ code });
    if (sent !== undefined) expect(commands).toEqual(["AT+CNMI?", ...sent]);
  });

  test("status reports are asked for again when the modem was opened again", async () => {
    const { box, open, commands } = inbox({ ME: {} });
    await box.open();
    expect(commands).toEqual(["AT+CPMS?", "AT+CMGL=4"]);
    await box.enableReports();
    commands.length = 0;
    await open().open();
    expect(commands).toEqual(["AT+CPMS?", "AT+CMGL=4", "AT+CNMI?", "AT+CNMI=1,1,0,1,1"]);
  });
});
