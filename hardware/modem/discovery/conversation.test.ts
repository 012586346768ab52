import { expect, test } from "@jest/globals";
import { readImei } from "../commands/identity.js";
import { ScriptedModem } from "../scripted-modem.js";
import type { SerialLineOptions } from "../serial-line.js";
import { openConversation } from "./conversation.js";

/** A port behind which a modem answers at one speed only; elsewhere it hears noise. */
function portAt(speed: number | null, answer: (line: string) => string = () => "\r\nOK\r\n") {
  const opened: number[] = [];
  let open = 0;
  const openLine = async ({ baudRate }: SerialLineOptions) => {
    opened.push(baudRate);
    open += 1;
    const modem = new ScriptedModem((line) => (baudRate === speed ? answer(line) : "\xff\x80"));
    return {
      stream: modem.line,
      close: async () => {
        open -= 1;
        modem.hangUp();
      },
    };
  };
  return { opened, left: () => open, options: { path: "/dev/x", probeMs: 20, openLine } };
}

test.each([115_200, 9_600, 460_800, 921_600])(
  "a modem fixed at %i baud is found, and no other port left open",
  async (speed) => {
    const { opened, left, options } = portAt(speed);
    const conversation = await openConversation(options);
    expect(conversation.baudRate).toBe(speed);
    expect(opened.at(-1)).toBe(speed);
    expect(left()).toBe(1);
    await conversation.close();
    expect(left()).toBe(0);
  },
);

test("H34: the first AT is lost to autobauding", async () => {
  let lost = 2;
  const { options } = portAt(115_200, (line) => (line.endsWith("AT\r") && lost-- > 0 ? "" : "\r\nOK\r\n"));
  const conversation = await openConversation(options);
  expect(conversation.baudRate).toBe(115_200);
  await conversation.close();
});

test("a silent port: said so with the speeds that were tried, and closed", async () => {
  const { opened, left, options } = portAt(null);
  await expect(openConversation({ ...options, baudRates: [115_200, 9_600] })).rejects.toMatchObject({
    code: "modem-silent",
    message: "/dev/x: nothing answers AT at 115200, 9600 baud",
  });
  expect(opened).toEqual([115_200, 9_600]);
  expect(left()).toBe(0);
});

test.each([
  ["plain", "001017000000015"],
  ["with a prefix and quotes", '+CGSN: "001017000000015"'],
])("an IMEI %s", async (_, text) => {
  const lines: Record<string, string> = { "AT+CGSN\r": `\r\n${text}\r\n\r\nOK\r\n` };
  const { options } = portAt(115_200, (line) => lines[line] ?? "\r\nOK\r\n");
  const conversation = await openConversation(options);
  expect(await conversation.run(readImei)).toBe("001017000000015");
  await conversation.close();
});
