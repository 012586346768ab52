import { fieldsOf, unquote } from "./fields.js";
import type { ModemProfile, VendorMeaning } from "./profiles/profile.js";
import { type Domain, type Registration, registrationOf } from "./registration.js";

/** What a modem says of its own accord. */
export type Urc =
  | { kind: "ring" }
  | { kind: "clip"; number: string | null }
  /** `unknown`: the make's own line, which the result code may still follow. */
  | { kind: "call-end"; why: "no-carrier" | "busy" | "no-answer" | "unknown" }
  | { kind: "sms-stored"; store: string; index: number }
  | { kind: "sms"; pdu: string }
  | { kind: "sms-report"; pdu: string }
  | { kind: "registration"; domain: Domain; registration: Registration }
  | { kind: "ussd"; status: number; text: string | null }
  /** The SIM and the stores can be read now. */
  | { kind: "ready" }
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
  { match: /^\+CDSI:/, urc: ([store, index]) => ({ kind: "sms-stored", store: unquote(store), index: Number(index) }) },
  registrationRow("cs", /^\+CREG:/), // TS 27.007 clause 7.2
  registrationRow("ps", /^\+CGREG:/), // clause 10.1.20
  registrationRow("eps", /^\+CEREG:/), // clause 10.1.22
  {
    match: /^\+CUSD:/,
    urc: ([status, text, dcs]) => ({ kind: "ussd", status: Number(status), text: ussdText(text, dcs) }),
  }, // clause 7.15
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

export function urcRowOf(line: string, vendorRows: readonly UrcRow[] = []): UrcRow | undefined {
  const matches = ({ match, fields }: UrcRow) => match.test(line) && (fields?.includes(fieldsOf(line).length) ?? true);
  return vendorRows.find(matches) ?? URCS.find(matches);
}

const MEANINGS: Readonly<Record<VendorMeaning, Urc>> = {
  ring: { kind: "ring" },
  "call-end": { kind: "call-end", why: "unknown" },
  "call-changed": { kind: "call-changed" },
  "store-full": { kind: "store-full" },
  restarted: { kind: "restarted" },
  ready: { kind: "ready" },
  noise: { kind: "noise", text: "" },
};

/** The rows of what only this make sends. */
export function vendorRows({ urcs }: Pick<ModemProfile, "urcs">): UrcRow[] {
  return urcs.map(({ match, means }) => ({ match, urc: () => MEANINGS[means] }));
}

/** With 1 (+CREG=1) there is one field; 2 adds the cell. */
function registrationRow(domain: Domain, match: RegExp): UrcRow {
  return {
    match,
    fields: [1, 3, 4],
    urc: ([stat]) => ({ kind: "registration", domain, registration: registrationOf(stat) }),
  };
}

/** Type 145 is international whether or not the modem writes the "+" (H44); withheld numbers are empty. */
export function callerOf(number: string | undefined, type: string | undefined): string | null {
  const digits = fromUcs2(unquote(number));
  if (digits === "") return null;
  return type === "145" && !digits.startsWith("+") ? `+${digits}` : digits;
}

/** A modem left in AT+CSCS="UCS2" writes every string so (H43). No number has 20 digits, nor a B in it. */
function fromUcs2(text: string): string {
  const ucs2 = /^(00[23][0-9AB])+$/i.test(text) && (text.startsWith("002B") || text.length >= 20);
  return ucs2 ? ucs2Text(text) : text;
}

/** By its data coding scheme (TS 23.038 clause 5): UCS2 comes as hexadecimal digits. */
function ussdText(text: string | undefined, dcs: string | undefined): string | null {
  if (text === undefined) return null;
  const words = unquote(text);
  return (Number(dcs) & 0x0c) === 8 && /^([0-9A-F]{4})+$/i.test(words) ? ucs2Text(words) : words;
}

function ucs2Text(hex: string): string {
  return Buffer.from(hex, "hex").swap16().toString("utf16le");
}
