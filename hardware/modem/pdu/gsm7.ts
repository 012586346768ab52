import { pduError } from "./octets.js";

// TS 23.038 clause 6.2.1: the default alphabet, in the order of its codes.
const ALPHABET = [
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?",
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
].join("");

// TS 23.038 clause 6.2.1.1: the extension table, reached by ESC.
const EXTENSION: Readonly<Record<number, string>> = {
  10: "\f",
  20: "^",
  40: "{",
  41: "}",
  47: "\\",
  60: "[",
  61: "~",
  62: "]",
  64: "|",
  101: "€",
};

const ESC = 0x1b;
const CODE_OF = new Map<string, number[]>([
  ...[...ALPHABET].map((character, code): [string, number[]] => [character, [code]]),
  ...Object.entries(EXTENSION).map(([code, character]): [string, number[]] => [character, [ESC, Number(code)]]),
]);
CODE_OF.delete("\x1b");

/** Septets of `text`, or undefined if a character is in neither table. */
export function septetsOf(text: string): number[] | undefined {
  const septets: number[] = [];
  for (const character of text) {
    const codes = CODE_OF.get(character);
    if (codes === undefined) return undefined;
    septets.push(...codes);
  }
  return septets;
}

/** Text of septets. An unknown code after ESC shows the character of the default alphabet, ESC ESC a space (6.2.1.1). */
export function textOfSeptets(septets: readonly number[]): string {
  let text = "";
  for (let at = 0; at < septets.length; at += 1) {
    const code = septets[at] ?? 0;
    if (code !== ESC) {
      text += ALPHABET[code] ?? "";
      continue;
    }
    at += 1;
    const extended = septets[at];
    if (extended === undefined || extended === ESC) text += " ";
    else text += EXTENSION[extended] ?? ALPHABET[extended] ?? "";
  }
  return text;
}

/** Packs septets (TS 23.038 clause 6.1.2.1), the first one after `fillBits` zero bits. */
export function packSeptets(septets: readonly number[], fillBits = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil((septets.length * 7 + fillBits) / 8));
  septets.forEach((septet, index) => {
    const bit = index * 7 + fillBits;
    const at = bit >> 3;
    const value = (septet & 0x7f) << (bit & 7);
    octets[at] = (octets[at] ?? 0) | (value & 0xff);
    if (value > 0xff) octets[at + 1] = (octets[at + 1] ?? 0) | (value >> 8);
  });
  return octets;
}

/** Unpacks `count` septets that begin after `fillBits` bits. */
export function unpackSeptets(octets: Uint8Array, count: number, fillBits = 0): number[] {
  if (Math.ceil((count * 7 + fillBits) / 8) > octets.length) throw pduError("fewer septets than announced");
  return Array.from({ length: count }, (_, index) => {
    const bit = index * 7 + fillBits;
    const pair = (octets[bit >> 3] ?? 0) | ((octets[(bit >> 3) + 1] ?? 0) << 8);
    return (pair >> (bit & 7)) & 0x7f;
  });
}
