import { fieldsOf, unquote } from "./fields.js";
import type { Registration } from "./registration.js";
import { registrationOf } from "./registration.js";

/** What a modem says of its own accord. */
export type Urc =
  | { kind: "ring" }
  | { kind: "clip"; number: string | null }
  | { kind: "call-end"; why: "no-carrier" | "busy" | "no-answer" }
  | { kind: "sms-stored"; store: string; index: number }
  | { kind: "sms"; pdu: string }
  | { kind: "sms-report"; pdu: string }
  | { kind: "registration"; registration: Registration }
  | { kind: "sim"; status: string }
  | { kind: "store-full" }
  | { kind: "restarted" }
  | { kind: "call-changed" }
  | { kind: "noise"; text: string };

export interface UrcRow {
  match: RegExp;
  /** How many fields, where an answer with the same prefix has another number. */
  fields?: readonly number[];
  /** The PDU stands on the next line. */
  pduFollows?: true;
  urc(fields: readonly string[], pdu: string): Urc;
}

/** The first row that matches wins. */
export const URCS: readonly UrcRow[] = [
  { match: /^RING$/, urc: () => ({ kind: "ring" }) }, // V.250 clause 6.3
  { match: /^\+CRING:/, urc: () => ({ kind: "ring" }) }, // TS 27.007 clause 6.11, in place of RING
  { match: /^\+CLIP: *"/, urc: ([number, type]) => ({ kind: "clip", number: callerOf(number, type) }) }, // clause 7.11
  { match: /^NO CARRIER$/, urc: () => ({ kind: "call-end", why: "no-carrier" }) },
  { match: /^BUSY$/, urc: () => ({ kind: "call-end", why: "busy" }) },
  { match: /^NO ANSWER$/, urc: () => ({ kind: "call-end", why: "no-answer" }) },
  { match: /^\+CMTI:/, urc: ([store, index]) => ({ kind: "sms-stored", store: unquote(store), index: Number(index) }) }, // TS 27.005 clause 3.4.1
  { match: /^\+CMT:/, pduFollows: true, urc: (_, pdu) => ({ kind: "sms", pdu }) },
  { match: /^\+CDS:/, pduFollows: true, urc: (_, pdu) => ({ kind: "sms-report", pdu }) },
  { match: /^\+CDSI:/, urc: () => ({ kind: "noise", text: "+CDSI" }) },
  {
    match: /^\+CREG:/,
    fields: [1, 3, 4],
    urc: ([stat]) => ({ kind: "registration", registration: registrationOf(stat) }),
  }, // TS 27.007 clause 7.2
  { match: /^\+CPIN:/, urc: ([status]) => ({ kind: "sim", status: status ?? "" }) }, // clause 8.3, at hot-plug
  { match: /^\^SMMEMFULL:|^\+SMS ?FULL/, urc: () => ({ kind: "store-full" }) }, // Huawei, SIMCom
  { match: /^\+CLCC:/, urc: () => ({ kind: "call-changed" }) }, // SIMCom with AT+CLCC=1
  { match: /^RDY$|^\*?(NORMAL |UNDER-VOLTAGE |OVER-VOLTAGE )?POWER(ED)? DOWN$/, urc: () => ({ kind: "restarted" }) },
  { match: /^[+^*#%$][A-Z]+:/, urc: () => ({ kind: "noise", text: "" }) },
  {
    match: /^(SMS (DONE|Ready)|PB DONE|Call Ready|VOICE CALL: .*|MISSED_CALL: .*)$/,
    urc: () => ({ kind: "noise", text: "" }),
  },
];

export function urcRowOf(line: string): UrcRow | undefined {
  return URCS.find(({ match, fields }) => match.test(line) && (fields?.includes(fieldsOf(line).length) ?? true));
}

/** Type 145 is international whether or not the modem writes the "+" (H44); withheld numbers are empty. */
export function callerOf(number: string | undefined, type: string | undefined): string | null {
  const digits = unquote(number);
  if (digits === "") return null;
  return type === "145" && !digits.startsWith("+") ? `+${digits}` : digits;
}
