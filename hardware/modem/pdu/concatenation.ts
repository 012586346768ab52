import { septetsOf } from "./gsm7.js";
import { pduError } from "./octets.js";
import { capacityOf, type UserData } from "./user-data.js";

/** Where a message stands in a long one: TS 23.040 clause 9.2.3.24.1 (8 bits) and 9.2.3.24.8 (16 bits). */
export interface Part {
  reference: number;
  bits: 8 | 16;
  total: number;
  /** From 1. */
  number: number;
}

const IEI = { 8: 0x00, 16: 0x08 } as const;
const MAX_PARTS = 255;

export function encodePart({ reference, bits, total, number }: Part): Uint8Array {
  const octets = bits === 8 ? [reference & 0xff] : [(reference >> 8) & 0xff, reference & 0xff];
  return Uint8Array.from([IEI[bits], octets.length + 2, ...octets, total, number]);
}

/** Undefined for a message that stands alone; so does one whose element cannot be (clause 9.2.3.24.1). The last one counts. */
export function partOf({ header }: Pick<UserData, "header">): Part | undefined {
  return elementsOf(header ?? new Uint8Array())
    .map(({ iei, data }) => partOfElement(iei, data))
    .findLast((part) => part !== undefined);
}

/**
 * One message if it fits, else its parts. Octets are cut anywhere, text never inside a character: neither between ESC
 * and its code nor between two surrogates.
 * @throws WorError `pdu` if it is too long for 255 parts
 */
export function split(whole: UserData, { reference, bits }: Pick<Part, "reference" | "bits">): UserData[] {
  const alone = piecesOf(whole, capacityOf(whole.alphabet, 0));
  if (alone.length === 1) return [whole];
  const headerLength = encodePart({ reference, bits, total: 1, number: 1 }).length;
  const pieces = piecesOf(whole, capacityOf(whole.alphabet, headerLength));
  const total = pieces.length;
  if (total > MAX_PARTS) throw pduError(`a message of ${total} parts, at most ${MAX_PARTS} are possible`);
  return pieces.map((piece, index) => ({
    ...piece,
    header: encodePart({ reference, bits, total, number: index + 1 }),
  }));
}

/** `room` is in septets for GSM text, else in octets. */
function piecesOf(whole: UserData, room: number): UserData[] {
  if (whole.alphabet === "8bit") return octetPieces(whole.data, room).map((data) => ({ ...whole, data }));
  return textPieces(whole.text, room, whole.alphabet === "gsm7" ? septetCount : ucs2Count).map((text) => ({
    ...whole,
    text,
  }));
}

function octetPieces(data: Uint8Array, room: number): Uint8Array[] {
  const count = Math.max(1, Math.ceil(data.length / room));
  return Array.from({ length: count }, (_, index) => data.subarray(index * room, (index + 1) * room));
}

function textPieces(text: string, room: number, sizeOf: (character: string) => number): string[] {
  const pieces = [""];
  let left = room;
  for (const character of text) {
    const size = sizeOf(character);
    if (size > left) {
      pieces.push("");
      left = room;
    }
    pieces[pieces.length - 1] += character;
    left -= size;
  }
  return pieces;
}

/** @throws WorError `pdu` */
function septetCount(character: string): number {
  const septets = septetsOf(character);
  if (septets === undefined) throw pduError("a character is not in the GSM alphabet");
  return septets.length;
}

function ucs2Count(character: string): number {
  return character.length * 2;
}

/** The information elements of a header; one that is cut off ends them. */
function elementsOf(header: Uint8Array): { iei: number; data: Uint8Array }[] {
  const elements: { iei: number; data: Uint8Array }[] = [];
  for (let at = 0; at + 1 < header.length; ) {
    const [iei = 0, length = 0] = header.subarray(at, at + 2);
    at += 2 + length;
    if (at <= header.length) elements.push({ iei, data: header.subarray(at - length, at) });
  }
  return elements;
}

function partOfElement(iei: number, data: Uint8Array): Part | undefined {
  const bits = iei === IEI[8] && data.length === 3 ? 8 : iei === IEI[16] && data.length === 4 ? 16 : undefined;
  if (bits === undefined) return undefined;
  const [number = 0, total = 0, low = 0, high = 0] = [...data].reverse();
  return number === 0 || number > total ? undefined : { reference: (high << 8) | low, bits, total, number };
}
