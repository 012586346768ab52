import { WorError } from "../../process/errors.js";
import type { AtCommand } from "./at-command.js";
import { fieldsOf, unquote } from "./fields.js";
import { type Registration, registrationOf } from "./registration.js";
import { callerOf } from "./urcs.js";

const QUICK_MS = 2_000;
const SIM_MS = 5_000;
const nothing = () => {};

/** A command without an answer. */
function order(text: string, timeoutMs = QUICK_MS): AtCommand<void> {
  return { text, prefix: null, timeoutMs, parse: nothing };
}

// V.250 clause 5.2.1. A lost one is simply sent again (autobaud, sleep: H34, H35).
export const probe: AtCommand<void> = { ...order("AT", 500), numericFinals: true, repeatable: true };

/** Unlike at opening, the modem is known to answer: one that does not is hung. */
export const keepAlive = order("AT", 5_000);

// V.250 clause 6.2.4 and 6.2.6: no echo, results as words. Apart, since some modems mind being given both.
export const echoOff: AtCommand<void> = { ...order("ATE0"), numericFinals: true };
export const verboseResults: AtCommand<void> = { ...order("ATV1"), numericFinals: true };
export const numericErrors = order("AT+CMEE=1"); // TS 27.007 clause 9.1
export const pduMode = order("AT+CMGF=0", SIM_MS); // TS 27.005 clause 3.2.3
export const callerIdentity = order("AT+CLIP=1", SIM_MS); // TS 27.007 clause 7.11
// TS 27.005 clause 3.4.1: store, then tell (+CMTI).
export const messageIndications = order("AT+CNMI=2,1,0,0,0", SIM_MS);
// TS 27.007 clause 7.2. Not 2: with the cell, some solicited and unsolicited forms coincide.
export const registrationEvents = order("AT+CREG=1");

export const readSim = {
  text: "AT+CPIN?",
  prefix: "+CPIN",
  timeoutMs: SIM_MS, // TS 27.007 clause 8.3
  parse: ([line]) => {
    // The first answer with a text: without one, results and commands are out of step.
    if (line === undefined) throw new WorError("at-answer", "AT+CPIN? was answered without a state");
    return line.replace(/^\+CPIN: */, "");
  },
} satisfies AtCommand<string>;

export const readRegistration = {
  text: "AT+CREG?",
  prefix: "+CREG",
  fields: [2, 4, 5],
  timeoutMs: QUICK_MS, // clause 7.2: answer <n>,<stat>; URC <stat>
  parse: ([line]) => registrationOf(fieldsOf(line ?? "")[1]),
} satisfies AtCommand<Registration>;

/** TS 27.007 clause 7.18 <stat>. */
export type CallState = "active" | "held" | "dialling" | "alerting" | "incoming" | "waiting" | "unknown";
const CALL_STATES: readonly CallState[] = ["active", "held", "dialling", "alerting", "incoming", "waiting"];

export interface CurrentCall {
  outgoing: boolean;
  state: CallState;
  number: string | null;
}

export const listCalls = {
  text: "AT+CLCC",
  prefix: "+CLCC",
  timeoutMs: QUICK_MS, // clause 7.18; only voice calls (mode 0)
  parse: (lines) =>
    lines
      .map(fieldsOf)
      .filter(([, , , mode]) => mode === "0")
      .map(([, direction, state, , , number, type]) => ({
        outgoing: direction === "0",
        state: CALL_STATES[Number(state)] ?? "unknown",
        number: callerOf(number, type),
      })),
} satisfies AtCommand<CurrentCall[]>;

/** @throws WorError `number`: nothing but digits may get into a command line */
export function dialVoice(to: string, timeoutMs: number): AtCommand<void> {
  if (!/^\+?[0-9*#]{1,20}$/.test(to))
    throw new WorError("number", "a number to dial has only digits, *, # and a leading +");
  return { ...order(`ATD${to};`, timeoutMs), dials: true, shown: "ATD" }; // TS 27.007 clause 6.2
}

export const hangUp = order("AT+CHUP", SIM_MS); // clause 6.5
export const hangUpBasic = order("ATH", SIM_MS); // V.250 clause 6.3.6, for modems without +CHUP

export interface StoredPdu {
  index: number;
  pdu: string;
}

export const listMessages = {
  text: "AT+CMGL=4",
  prefix: "+CMGL",
  timeoutMs: 20_000,
  pduFollows: true, // TS 27.005 clause 3.4.2, 4 = all
  parse: (lines) =>
    lines.flatMap((line, at) =>
      line.startsWith("+CMGL:") ? [{ index: Number(fieldsOf(line)[0]), pdu: pduAt(lines, at + 1) }] : [],
    ),
} satisfies AtCommand<StoredPdu[]>;

/** Null for an empty place (H39). */
export function readMessage(index: number): AtCommand<string | null> {
  return {
    text: `AT+CMGR=${index}`,
    prefix: "+CMGR",
    timeoutMs: SIM_MS,
    pduFollows: true, // TS 27.005 clause 3.4.3
    parse: (lines) => pduAt(lines, 1) || null,
  };
}

export const deleteMessage = (index: number): AtCommand<void> => order(`AT+CMGD=${index}`, SIM_MS); // clause 3.5.4

/** Selects the store that +CMGL, +CMGR and +CMGD act on (clause 3.2.2). */
export const selectStore = (name: string): AtCommand<void> => ({
  ...order(`AT+CPMS="${name}"`, SIM_MS),
  prefix: "+CPMS",
});

/** The store that +CMGL, +CMGR and +CMGD act on now (mem1), and where what comes in is put (mem3). */
export const readStores = {
  text: "AT+CPMS?",
  prefix: "+CPMS",
  timeoutMs: SIM_MS, // clause 3.2.2
  parse: ([line]) => {
    const fields = fieldsOf(line ?? "");
    return { selected: unquote(fields[0]), incoming: unquote(fields[6] ?? fields[0]) };
  },
} satisfies AtCommand<{ selected: string; incoming: string }>;

/** `length` counts the octets of the TPDU; the answer is the message reference (clause 3.5.1 and 4.3). */
export function sendMessage(pdu: string, length: number, timeoutMs: number): AtCommand<number> {
  return {
    text: `AT+CMGS=${length}`,
    prefix: "+CMGS",
    timeoutMs,
    payload: pdu,
    parse: ([line]) => {
      const reference = Number(fieldsOf(line ?? "")[0]);
      if (!Number.isInteger(reference)) throw new WorError("at-answer", "AT+CMGS was answered without a reference");
      return reference;
    },
  };
}

/** @throws WorError `apn` */
export function defineContext(apn: string): AtCommand<void> {
  if (!/^[A-Za-z0-9.-]{0,100}$/.test(apn))
    throw new WorError("apn", "an APN has only letters, digits, dots and hyphens");
  return order(`AT+CGDCONT=1,"IP","${apn}"`, SIM_MS); // TS 27.007 clause 10.1.1
}

export const setContextActive = (active: boolean, timeoutMs: number): AtCommand<void> =>
  order(`AT+CGACT=${active ? 1 : 0},1`, timeoutMs); // clause 10.1.10

export const readAddress = {
  text: "AT+CGPADDR=1",
  prefix: "+CGPADDR",
  timeoutMs: QUICK_MS, // clause 10.1.14
  parse: ([line]) => unquote(fieldsOf(line ?? "")[1]) || null,
} satisfies AtCommand<string | null>;

function pduAt(lines: readonly string[], at: number): string {
  const line = lines[at] ?? "";
  return line.startsWith("+") ? "" : line;
}
