import { packSeptets, septetsOf, textOfSeptets, unpackSeptets } from "./gsm7.js";
import { type OctetReader, pduError } from "./octets.js";

/** TP-UD with what TP-DCS says of it. `header` is the user data header without its length octet. */
export type UserData = { messageClass?: number; header?: Uint8Array } & (
  | { alphabet: "gsm7" | "ucs2"; text: string }
  | { alphabet: "8bit"; data: Uint8Array }
);

const MAX_OCTETS = 140;
const MAX_SEPTETS = 160;

/** The cheapest alphabet that can say `text`. */
export function userDataOf(text: string): UserData {
  return { alphabet: septetsOf(text) === undefined ? "ucs2" : "gsm7", text };
}

/** The text, whatever the alphabet; octets of an 8-bit message are read as Latin-1. */
export function textOfUserData(userData: UserData): string {
  return userData.alphabet === "8bit" ? Buffer.from(userData.data).toString("latin1") : userData.text;
}

/** What fits beside a header of so many octets (its length octet not counted): septets of GSM text, else octets. */
export function capacityOf(alphabet: UserData["alphabet"], headerLength: number): number {
  const octets = headerLength === 0 ? 0 : headerLength + 1;
  if (alphabet === "ucs2") return (MAX_OCTETS - octets) & ~1;
  return alphabet === "8bit" ? MAX_OCTETS - octets : MAX_SEPTETS - Math.ceil((octets * 8) / 7);
}

/** TP-DCS, TP-UDL and TP-UD (TS 23.040 clause 9.2.3.16 and 9.2.3.24). */
export function encodeUserData(userData: UserData): { dcs: number; octets: number[] } {
  const header = userData.header === undefined ? [] : [userData.header.length, ...userData.header];
  const dcs = encodeDataCoding(userData);
  if (userData.alphabet !== "gsm7") {
    const octets = userData.alphabet === "8bit" ? userData.data : ucs2Of(userData.text);
    const length = header.length + octets.length;
    if (length > MAX_OCTETS) throw pduError(`${length} octets, at most ${MAX_OCTETS} fit`);
    return { dcs, octets: [length, ...header, ...octets] };
  }
  const septets = septetsOf(userData.text);
  if (septets === undefined) throw pduError("a character is not in the GSM alphabet");
  const fill = fillBits(header.length);
  const length = (header.length * 8 + fill) / 7 + septets.length;
  if (length > MAX_SEPTETS) throw pduError(`${length} septets, at most ${MAX_SEPTETS} fit`);
  return { dcs, octets: [length, ...header, ...packSeptets(septets, fill)] };
}

export function decodeUserData(reader: OctetReader, dcs: number, hasHeader: boolean): UserData {
  const { alphabet, messageClass } = decodeDataCoding(dcs);
  const length = reader.octet("TP-UDL");
  const count = alphabet === "gsm7" ? Math.ceil((length * 7) / 8) : length;
  if (count > MAX_OCTETS) throw pduError(`TP-UD of ${count} octets, at most ${MAX_OCTETS} are possible`);
  const octets = reader.take(count, "TP-UD");
  const headerOctets = hasHeader ? (octets[0] ?? 0) + 1 : 0;
  if (headerOctets > count) throw pduError(`TP-UDH of ${headerOctets} octets in a TP-UD of ${count}`);
  const about = {
    ...(messageClass === undefined ? {} : { messageClass }),
    ...(hasHeader ? { header: octets.slice(1, headerOctets) } : {}),
  };
  const body = octets.subarray(headerOctets);
  if (alphabet === "8bit") return { ...about, alphabet, data: Uint8Array.from(body) };
  if (alphabet === "ucs2") return { ...about, alphabet, text: textOfUcs2(body) };
  const fill = fillBits(headerOctets);
  const septets = length - (headerOctets * 8 + fill) / 7;
  return { ...about, alphabet, text: textOfSeptets(unpackSeptets(body, Math.max(0, septets), fill)) };
}

/** Septets after a header begin at the next septet boundary (clause 9.2.3.24). */
function fillBits(headerOctets: number): number {
  return (7 - ((headerOctets * 8) % 7)) % 7;
}

const ALPHABETS = ["gsm7", "8bit", "ucs2", "gsm7"] as const;

/** TS 23.038 clause 4. A message class only where one was asked for. */
function encodeDataCoding({ alphabet, messageClass }: UserData): number {
  const bits = ALPHABETS.indexOf(alphabet) << 2;
  return messageClass === undefined ? bits : 0x10 | bits | (messageClass & 3);
}

function decodeDataCoding(dcs: number): { alphabet: UserData["alphabet"]; messageClass?: number } {
  if (dcs >= 0xf0) return { alphabet: dcs & 0x04 ? "8bit" : "gsm7", messageClass: dcs & 3 };
  if (dcs >= 0xe0) return { alphabet: "ucs2" };
  if (dcs >= 0x80) return { alphabet: "gsm7" };
  if (dcs & 0x20) throw pduError("compressed text is not supported");
  const alphabet = ALPHABETS[((dcs >> 2) & 3) as 0 | 1 | 2 | 3];
  return dcs & 0x10 ? { alphabet, messageClass: dcs & 3 } : { alphabet };
}

function ucs2Of(text: string): Uint8Array {
  return Buffer.from(text, "utf16le").swap16();
}

function textOfUcs2(octets: Uint8Array): string {
  if (octets.length % 2 !== 0) throw pduError("half a UCS2 character");
  return Buffer.from(octets).swap16().toString("utf16le");
}
