import { WorError } from "../../../process/errors.js";
import type { AtCommand } from "../at-command.js";
import { fieldsOf, unquote } from "../fields.js";
import { callerOf } from "../urcs.js";
import { order, SIM_MS } from "./order.js";

export const pduMode = order("AT+CMGF=0", SIM_MS); // TS 27.005 clause 3.2.3
// TS 27.005 clause 3.4.1: store, then tell (+CMTI).
export const messageIndications = order("AT+CNMI=2,1,0,0,0", SIM_MS);

/** What +CNMI is set to, mode to bfr. */
export const readIndications = {
  text: "AT+CNMI?",
  prefix: "+CNMI",
  timeoutMs: SIM_MS, // clause 3.4.1
  parse: ([line]) => fieldsOf(line ?? "").map(Number),
} satisfies AtCommand<number[]>;

export const setIndications = (values: readonly number[]): AtCommand<void> =>
  order(`AT+CNMI=${values.join(",")}`, SIM_MS);

/** 1: what comes without being stored must be acknowledged (clause 3.2.1). */
export const readService = {
  text: "AT+CSMS?",
  prefix: "+CSMS",
  timeoutMs: SIM_MS,
  parse: ([line]) => Number(fieldsOf(line ?? "")[0]),
} satisfies AtCommand<number>;

export const acknowledge = order("AT+CNMA", SIM_MS); // clause 3.4.4

/** Null if the SIM has none: it sends nothing then (clause 3.3.1). */
export const readServiceCentre = {
  text: "AT+CSCA?",
  prefix: "+CSCA",
  timeoutMs: SIM_MS,
  parse: ([line]) => {
    const [number, type] = fieldsOf(line ?? "");
    return callerOf(number, type);
  },
} satisfies AtCommand<string | null>;

/** TS 27.005 clause 3.1 <stat>, 0 to 3. */
export type StoredState = "unread" | "read" | "unsent" | "sent";
const STORED_STATES: readonly StoredState[] = ["unread", "read", "unsent", "sent"];

export interface StoredPdu {
  index: number;
  state: StoredState;
  pdu: string;
}

export const listMessages = {
  text: "AT+CMGL=4",
  prefix: "+CMGL",
  timeoutMs: 20_000,
  pduFollows: true, // TS 27.005 clause 3.4.2, 4 = all
  parse: (lines) =>
    lines.flatMap((line, at) => {
      if (!line.startsWith("+CMGL:")) return [];
      const [index, state] = fieldsOf(line);
      return [{ index: Number(index), state: STORED_STATES[Number(state)] ?? "read", pdu: pduAt(lines, at + 1) }];
    }),
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

/** Chooses it for everything, what is received included. */
export const chooseStore = (name: string): AtCommand<void> => ({
  ...order(`AT+CPMS="${name}","${name}","${name}"`, SIM_MS),
  prefix: "+CPMS",
});

/** The stores that +CMGL, +CMGR and +CMGD can act on and that messages can come into (clause 3.2.2). */
export const listStores = {
  text: "AT+CPMS=?",
  prefix: "+CPMS",
  timeoutMs: SIM_MS,
  parse: ([line]) => {
    const lists = ((line ?? "").match(/\([^)]*\)/g) ?? []).map((list): string[] => list.match(/[A-Z]{2}/g) ?? []);
    const receiving = lists[2] ?? lists[0] ?? [];
    return (lists[0] ?? []).filter((store) => receiving.includes(store));
  },
} satisfies AtCommand<string[]>;

export interface StoreUse {
  store: string;
  used: number;
  total: number;
}

/** Up to three: what commands read and delete, what they write and send, what is received into. */
export const readStores = {
  text: "AT+CPMS?",
  prefix: "+CPMS",
  timeoutMs: SIM_MS, // clause 3.2.2
  parse: ([line]) => {
    const fields = fieldsOf(line ?? "");
    const [name] = fields;
    if (name === undefined) throw new WorError("at-answer", "AT+CPMS? was answered without a store");
    return [0, 3, 6]
      .filter((at) => fields[at] !== undefined)
      .map((at) => ({ store: unquote(fields[at]), used: Number(fields[at + 1]), total: Number(fields[at + 2]) }));
  },
} satisfies AtCommand<StoreUse[]>;

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

function pduAt(lines: readonly string[], at: number): string {
  const line = lines[at] ?? "";
  return line.startsWith("+") ? "" : line;
}
