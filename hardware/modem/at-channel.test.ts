import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { WorError } from "../../process/errors.js";
import { AtChannel, type AtChannelOptions } from "./at-channel.js";
import type { AtCommand } from "./at-command.js";
import { callerIdentity, dialVoice, listCalls } from "./commands/call.js";
import { echoOff, probe } from "./commands/general.js";
import { readRegistration } from "./commands/network.js";
import { readSim } from "./commands/sim.js";
import { listMessages, readMessage, sendMessage } from "./commands/sms.js";
import { fieldsOf } from "./fields.js";
import { type Hazard, sameHoweverCut } from "./hazard-conversation.js";
import { ScriptedModem } from "./scripted-modem.js";
import type { Urc } from "./urcs.js";

const TIMEOUT_MS = 1_000;
const readSignal: AtCommand<string | undefined> = {
  text: "AT+CSQ",
  prefix: "+CSQ",
  fields: [2],
  timeoutMs: TIMEOUT_MS,
  parse: ([line]) => line,
};
const readClip: AtCommand<string | undefined> = {
  text: "AT+CLIP?",
  prefix: "+CLIP",
  isAnswer: ([first]) => !first?.startsWith('"'),
  timeoutMs: TIMEOUT_MS,
  parse: ([line]) => line,
};
const readSerial: AtCommand<string | undefined> = {
  text: "AT+CGSN",
  prefix: "",
  timeoutMs: TIMEOUT_MS,
  parse: ([line]) => line,
};
const dial = dialVoice("+15550100", TIMEOUT_MS);
const send = sendMessage("0001000491214300000161", 10, TIMEOUT_MS);

const PDU_A = "0791947101670000040891515510320000621132307594000C69F7F8DD4EBBCFA0B7BB0C"; // 28 octets
const PDU_B = "0791947101670000040891515510320000621132309543000E693788FE06CDDB73FAFBCD9E03"; // 30 octets

const ring: Urc = { kind: "ring" };
const noise = (text = ""): Urc => ({ kind: "noise", text });
const stored = (index: number): Urc => ({ kind: "sms-stored", store: "SM", index });
const signal = "+CSQ: 20,99";
const SIGNAL = `\r\n${signal}\r\n\r\nOK\r\n`;

const HAZARDS: Hazard[] = [
  {
    what: "H01 event before the echo",
    commands: [readSim],
    bytes: "\r\n^SRVST:2\r\nAT+CPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n",
    results: ["READY"],
    urcs: [noise()],
  },
  {
    what: "H02 event between echo and answer",
    commands: [readSignal],
    bytes: `AT+CSQ\r\r\n+CMTI: "SM",1\r\n${SIGNAL}`,
    results: [signal],
    urcs: [stored(1)],
  },
  {
    what: "H03 event between answer and OK",
    commands: [readSignal],
    bytes: "\r\n+CSQ: 20,99\r\n\r\nRING\r\n\r\nOK\r\n",
    results: [signal],
    urcs: [ring],
  },
  {
    what: "H04 events in the read of OK",
    commands: [probe],
    bytes: '\r\nOK\r\n\r\n+CIEV: 7,1\r\n\r\n+CRING: VOICE\r\n\r\n+CLIP: "+0123456789",145,,,,0\r\n',
    results: [undefined],
    urcs: [noise(), ring, { kind: "clip", number: "+0123456789" }],
  },
  {
    what: "H05 an answer's prefix unasked",
    commands: [readRegistration],
    bytes: '\r\n+CREG: 5\r\n\r\n+CREG: 2,1,"0502","0404736D"\r\n\r\nOK\r\n',
    results: ["home"],
    urcs: [{ kind: "registration", domain: "cs", registration: "roaming" }],
  },
  {
    what: "H06 +CLIP? and +CLIP",
    commands: [readClip],
    bytes: '\r\n+CLIP: "12345",129\r\n\r\n+CLIP: 1,1\r\n\r\nOK\r\n',
    results: ["+CLIP: 1,1"],
    urcs: [{ kind: "clip", number: "12345" }],
  },
  {
    what: "H07 +CLCC unasked",
    commands: [readSignal],
    bytes: `\r\n+CLCC: 1,1,4,0,0,"12345",129\r\n${SIGNAL}`,
    results: [signal],
    urcs: [{ kind: "call-changed" }],
  },
  {
    what: "H08 +CPIN unasked",
    commands: [readSignal],
    bytes: `\r\n+CPIN: READY\r\n${SIGNAL}`,
    results: [signal],
    urcs: [{ kind: "sim", status: "READY" }],
  },
  {
    what: "H09 an event inside +CMT",
    commands: [readSignal],
    bytes: `\r\n+CMT: ,28\r\n\r\nRING\r\n${PDU_A}\r\n${SIGNAL}`,
    results: [signal],
    urcs: [ring, { kind: "sms", pdu: PDU_A }],
  },
  {
    what: "H10 +CMT inside a list",
    commands: [listMessages],
    bytes: `\r\n+CMGL: 1,0,,28\r\n+CMT: ,30\r\n${PDU_B}\r\n${PDU_A}\r\n\r\nOK\r\n`,
    results: [[{ index: 1, state: "unread", pdu: PDU_A }]],
    urcs: [{ kind: "sms", pdu: PDU_B }],
  },
  {
    what: "H10 the other way round",
    commands: [listMessages],
    bytes: `\r\n+CMGL: 1,0,,28\r\n+CMT: ,30\r\n${PDU_A}\r\n${PDU_B}\r\n\r\nOK\r\n`,
    results: [[{ index: 1, state: "unread", pdu: PDU_A }]],
    urcs: [{ kind: "sms", pdu: PDU_B }],
  },
  {
    what: "H11 RING between header and PDU",
    commands: [listMessages],
    bytes: `\r\n+CMGL: 1,0,,28\r\n\r\nRING\r\n${PDU_A}\r\n+CMGL: 3,1,,30\r\n${PDU_B}\r\n\r\nOK\r\n`,
    results: [
      [
        { index: 1, state: "unread", pdu: PDU_A },
        { index: 3, state: "read", pdu: PDU_B },
      ],
    ],
    urcs: [ring],
  },
  {
    what: "H14 H16 prompt, then an event before the echo",
    commands: [send],
    bytes: '\r\n> \r\n+CMTI: "SM",2\r\n0001000491214300000161\x1a\r\n+CMGS: 5\r\n\r\nOK\r\n',
    results: [5],
    urcs: [stored(2)],
  },
  {
    what: "H15 event before the prompt",
    commands: [send],
    bytes: "AT+CMGS=10\r\r\nRING\r\n\r\n> \r\n+CMGS: 5\r\n\r\nOK\r\n",
    results: [5],
    urcs: [ring],
  },
  {
    what: "H17 event after the text",
    commands: [send],
    bytes: "\r\n> \r\nRING\r\n\r\n+CMGS: 5\r\n\r\nOK\r\n",
    results: [5],
    urcs: [ring],
  },
  {
    what: "H18 refused before the prompt",
    commands: [send, readSignal],
    bytes: `\r\n+CMS ERROR: 302\r\n${SIGNAL}`,
    results: ["cms-302", signal],
    urcs: [],
  },
  { what: "H21 echo that lost octets", commands: [readSignal], bytes: `T+CSQ\r${SIGNAL}`, results: [signal], urcs: [] },
  {
    what: "H22 echo after OK",
    commands: [readSignal, readSerial],
    bytes: `${SIGNAL}AT+CSQ\rAT+CGSN\r\r\n490154203237518\r\n\r\nOK\r\n`,
    results: [signal, "490154203237518"],
    urcs: [],
  },
  {
    what: "H24 three answers in one read",
    commands: [probe, readSignal, probe],
    bytes: `\r\nOK\r\n${SIGNAL}\r\nOK\r\n`,
    results: [undefined, signal, undefined],
    urcs: [],
  },
  {
    what: "H25 CR CR LF",
    commands: [readSignal],
    bytes: "\r\r\nRING\r\r\n\r\r\n+CSQ: 20,99\r\r\n\r\r\nOK\r\r\n",
    results: [signal],
    urcs: [ring],
  },
  {
    what: "H26 ATV0 until ATV1",
    commands: [probe, echoOff, probe],
    bytes: "0\r4\r\nOK\r\n",
    results: [undefined, "at-error", undefined],
    urcs: [],
  },
  {
    what: "H29 glued to a final result",
    commands: [readSignal, readSignal],
    bytes: `ERROR+CIEV: 1,2\r\n${SIGNAL}`,
    results: ["at-error", signal],
    urcs: [noise()],
  },
  {
    what: "H30 odd errors",
    commands: [probe, probe, probe, probe, probe, probe],
    bytes:
      "\r\nCOMMAND NOT SUPPORT\r\nMODEM ERROR: 5\r\n+CME ERROR: raspberry\r\n+CME ERROR: \r\n+CMS ERROR:325\r\n+CME ERROR: 14\r\n",
    results: ["at-error", "at-error", "at-error", "at-error", "cms-325", "cme-14"],
    urcs: [],
  },
  {
    what: "H31 NO CARRIER while another command waits",
    commands: [readSignal],
    bytes: `\r\nNO CARRIER\r\n${SIGNAL}`,
    results: [signal],
    urcs: [{ kind: "call-end", why: "no-carrier" }],
  },
  { what: "H31 NO CARRIER of ATD", commands: [dial], bytes: "\r\nNO CARRIER\r\n", results: ["no-carrier"], urcs: [] },
  {
    what: "H32 BUSY after the OK of ATD",
    commands: [dial],
    bytes: "\r\nOK\r\n\r\nBUSY\r\n",
    results: [undefined],
    urcs: [{ kind: "call-end", why: "busy" }],
  },
  {
    what: "H33 noise at the start",
    commands: [readSignal],
    bytes: `\x00\xff\xfe\x01^BOOT:1\r\n\xff\xff${SIGNAL}`,
    results: [signal],
    urcs: [noise()],
  },
  {
    what: "H36 a restart",
    commands: [],
    bytes: "\r\nRDY\r\n\r\n+CPIN: READY\r\n",
    results: [],
    urcs: [{ kind: "restarted" }, { kind: "sim", status: "READY" }],
  },
  {
    what: "H39 an empty place",
    commands: [readMessage(3), readMessage(3)],
    bytes: "\r\nOK\r\n\r\n+CMGR: 0,,0\r\n\r\nOK\r\n",
    results: [null, null],
    urcs: [],
  },
  {
    what: "H44 withheld, and international without +",
    commands: [],
    bytes: '\r\n+CLIP: "",128,,,,1\r\n\r\n+CLIP: "15550100",145\r\n',
    results: [],
    urcs: [
      { kind: "clip", number: null },
      { kind: "clip", number: "+15550100" },
    ],
  },
  {
    what: "H55 a line of a megabyte is bounded",
    commands: [readSignal],
    bytes: `${"U".repeat(5_000)}${SIGNAL}`,
    results: [signal],
    urcs: [],
  },
  {
    what: "calls, data calls left out",
    commands: [listCalls],
    bytes: '\r\n+CLCC: 1,0,3,0,0,"+15550100",145\r\n+CLCC: 2,1,4,0,0\r\n+CLCC: 3,0,0,1,0\r\n\r\nOK\r\n',
    results: [
      [
        { outgoing: true, state: "alerting", number: "+15550100" },
        { outgoing: false, state: "incoming", number: null },
      ],
    ],
    urcs: [],
  },
];

describe("hazards", () => {
  test.each(HAZARDS)("$what", (hazard) => sameHoweverCut(hazard));
});

function open(answer?: (written: string) => string, options?: AtChannelOptions) {
  const modem = new ScriptedModem(answer);
  const channel = new AtChannel(modem.line, options);
  return { modem, channel };
}

const quick = <T>(command: AtCommand<T>, timeoutMs = 30): AtCommand<T> => ({ ...command, timeoutMs });

describe("deadlines", () => {
  test("H19 a late final result does not answer the next command", async () => {
    const { modem, channel } = open();
    await expect(channel.run(quick(readSignal))).rejects.toMatchObject({ code: "at-timeout" });
    const serial = channel.run(readSerial);
    modem.say(`${SIGNAL}`);
    await new Promise((resolve) => setImmediate(resolve));
    modem.say("\r\n4901\r\n\r\nOK\r\n");
    expect(await serial).toBe("4901");
    expect(modem.written).toBe("AT+CSQ\rAT+CGSN\r");
  });

  test("H19 a message that is not taken is escaped, also if the prompt comes late", async () => {
    const { modem, channel } = open();
    await expect(channel.run(quick(send))).rejects.toMatchObject({ code: "at-timeout" });
    await modem.sayInPieces(["\r\n> "]);
    const signalRead = channel.run(readSignal);
    modem.say(`\r\nOK\r\n${SIGNAL}`);
    expect(await signalRead).toBe(signal);
    expect(modem.written).toBe("AT+CMGS=10\r\x1b\x1bAT+CSQ\r");
  });

  test("a modem that stays silent is hung, and everything that waits fails", async () => {
    const { channel } = open(undefined, { hangMs: 20 });
    const dead = new Promise((resolve) => channel.once("dead", resolve));
    const results = [quick(readSignal), readSerial].map((command) =>
      channel.run<unknown>(command).catch((error) => error.code),
    );
    expect(await Promise.all(results)).toEqual(["at-timeout", "modem-hung"]);
    expect(await dead).toMatchObject({ code: "modem-hung" });
    await expect(channel.run(probe)).rejects.toMatchObject({ code: "modem-hung" });
  });

  test("noise does not extend a deadline", async () => {
    const { modem, channel } = open();
    const chatter = setInterval(() => modem.say("\r\n^RSSI:10\r\n"), 5);
    try {
      await expect(channel.run(quick(readSignal, 60))).rejects.toMatchObject({ code: "at-timeout" });
    } finally {
      clearInterval(chatter);
      channel.close(new WorError("modem-closed", "end of test"));
    }
  });

  test("H48 strictly one command at a time, and not too many of them", async () => {
    const { modem, channel } = open();
    const all = Array.from({ length: 40 }, () => channel.run(probe).catch((error: WorError) => error.code));
    await modem.sayInPieces(["RING\r\n"]);
    expect(modem.written).toBe("AT\r");
    modem.say("OK\r\n".repeat(33));
    const results = await Promise.all(all);
    expect(results.filter((result) => result === "at-queue-full")).toHaveLength(7);
  });

  test("a rest after a final result, where asked for", async () => {
    const { channel } = open(() => "\r\nOK\r\n", { restMs: 25 });
    const start = Date.now();
    await Promise.all([channel.run(probe), channel.run(probe), channel.run(probe)]);
    expect(Date.now() - start).toBeGreaterThanOrEqual(48);
    channel.close(new WorError("modem-closed", "end of test"));
  });
});

test("H50 a line that goes away fails what waits, once", async () => {
  const { modem, channel } = open();
  const running = channel.run(callerIdentity);
  modem.hangUp();
  await expect(running).rejects.toMatchObject({ code: "modem-closed" });
});

test("any bytes whatever leave the channel alive and answer nothing wrongly", async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((octets) => Buffer.from(octets).toString("latin1"));
  const words = fc
    .array(
      fc.constantFrom(
        "\r\n",
        "+CMT: ,28",
        "+CMGL: 1,0,,28",
        PDU_A,
        "RING",
        "> ",
        "+CSQ: 1,2",
        '+CLIP: "',
        "\xff",
        ",,",
        "+CMTI:",
        '+CUSD: 0,"',
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map((all) => all.join("\r\n"));
  await fc.assert(
    fc.asyncProperty(fc.oneof(bytes, words), async (garbage) => {
      const { modem, channel } = open();
      const serial = channel.run(readRegistration).catch((error: WorError) => error.code);
      await modem.sayInPieces([garbage]);
      modem.say("\r\nOK\r\n\r\n+CREG: 1,1\r\n\r\nOK\r\n");
      expect(typeof (await serial)).toBe("string");
      channel.close(new WorError("modem-closed", "end of test"));
    }),
    { numRuns: 300 },
  );
});

test("fields keep their quotes and their commas", () => {
  expect(fieldsOf('+X: 1,"a,b",, "c" ,')).toEqual(["1", '"a,b"', "", '"c"', ""]);
  expect(fieldsOf("+X:")).toEqual([]);
  expect(fieldsOf("+X")).toEqual([]);
});
