import { packSeptets, septetsOf, textOfSeptets, unpackSeptets } from "./gsm7.js";
import { type OctetReader, pduError } from "./octets.js";

/** TS 23.040 clause 9.1.2.5. `value` has no "+"; an alphanumeric one is a name that cannot be called back. */
export interface Address {
  kind: "international" | "national" | "unknown" | "alphanumeric";
  value: string;
}

const TYPE_OF_ADDRESS = { international: 0x91, national: 0xa1, unknown: 0x81, alphanumeric: 0xd0 } as const;
const KIND_OF_NUMBER: Readonly<Record<number, Address["kind"]>> = {
  1: "international",
  2: "national",
  5: "alphanumeric",
};
const DIGITS = "0123456789*#abc";
const MAX_DIGITS = 20;
const MAX_SERVICE_CENTRE = 1 + MAX_DIGITS / 2;

/** `+81...` is international; other digits go as they are dialled. */
export function addressOf(text: string): Address {
  const kind = text.startsWith("+") ? "international" : /^[0-9*#abc]+$/.test(text) ? "unknown" : "alphanumeric";
  return { kind, value: kind === "international" ? text.slice(1) : text };
}

export function textOfAddress(address: Address): string {
  return address.kind === "international" ? `+${address.value}` : address.value;
}

/** TP-OA, TP-DA: the length counts semi-octets of the value (clause 9.1.2.5). */
export function encodeAddress(address: Address): number[] {
  const type = TYPE_OF_ADDRESS[address.kind];
  if (address.kind !== "alphanumeric") return [address.value.length, type, ...swappedDigits(address.value)];
  const septets = septetsOf(address.value);
  if (septets === undefined || septets.length > 11)
    throw pduError("a name of an address has at most 11 GSM characters");
  return [Math.ceil((septets.length * 7) / 4), type, ...packSeptets(septets)];
}

/** `what` names it in an error. */
export function decodeAddress(reader: OctetReader, what: string): Address {
  const semiOctets = reader.octet(what);
  if (semiOctets > MAX_DIGITS) throw pduError(`${what} of ${semiOctets} digits, at most ${MAX_DIGITS} are possible`);
  const kind = KIND_OF_NUMBER[(reader.octet(what) >> 4) & 7] ?? "unknown";
  const octets = reader.take(Math.ceil(semiOctets / 2), what);
  if (kind !== "alphanumeric") return { kind, value: digitsOf(octets).slice(0, semiOctets) };
  return { kind, value: textOfSeptets(unpackSeptets(octets, Math.floor((semiOctets * 4) / 7))) };
}

/** The service centre's address before the TPDU: the length counts octets, the type included (TS 27.005 clause 3.1 <pdu>). */
export function encodeServiceCentre(address: Address | undefined): number[] {
  if (address === undefined) return [0];
  const digits = swappedDigits(address.value);
  return [digits.length + 1, TYPE_OF_ADDRESS[address.kind], ...digits];
}

export function decodeServiceCentre(reader: OctetReader): Address | undefined {
  const what = "the service centre's address";
  const length = reader.octet(what);
  if (length === 0) return undefined;
  if (length > MAX_SERVICE_CENTRE) {
    throw pduError(`${what} of ${length} octets, at most ${MAX_SERVICE_CENTRE} are possible`);
  }
  const kind = KIND_OF_NUMBER[(reader.octet(what) >> 4) & 7] ?? "unknown";
  return { kind, value: digitsOf(reader.take(length - 1, what)) };
}

function swappedDigits(value: string): number[] {
  const nibbles = [...value].map((digit) => DIGITS.indexOf(digit));
  if (nibbles.length === 0 || nibbles.length > MAX_DIGITS || nibbles.includes(-1)) {
    throw pduError(`an address has 1 to ${MAX_DIGITS} digits`);
  }
  if (nibbles.length % 2 === 1) nibbles.push(0xf);
  return nibbles.flatMap((low, index) => (index % 2 === 0 ? [low | ((nibbles[index + 1] ?? 0xf) << 4)] : []));
}

function digitsOf(octets: Uint8Array): string {
  return [...octets].flatMap((octet) => [DIGITS[octet & 0xf] ?? "", DIGITS[octet >> 4] ?? ""]).join("");
}
