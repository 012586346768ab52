import { type Address, decodeAddress, decodeServiceCentre, encodeAddress, encodeServiceCentre } from "./address.js";
import { hexOf, OctetReader, octetsFromHex, pduError } from "./octets.js";
import { decodeEnhancedValidity, decodeTimestamp, decodeValidity, encodeTimestamp, encodeValidity } from "./time.js";
import { decodeUserData, encodeUserData, type UserData } from "./user-data.js";

/** SMS-SUBMIT, from mobile to service centre: TS 23.040 clause 9.2.2.2. */
export interface Submit {
  to: Address;
  userData: UserData;
  /** Relative; undefined, like `validUntil`, leaves it to the service centre. */
  validityMinutes?: number | undefined;
  /** Absolute; written if there is no `validityMinutes`. */
  validUntil?: Date | undefined;
  statusReport?: boolean;
  reference?: number;
  serviceCentre?: Address | undefined;
}

/** A PDU as TS 27.005 wants it: `length` counts the octets without the service centre's address. */
export interface EncodedPdu {
  hex: string;
  length: number;
}

type Validity = Pick<Submit, "validityMinutes" | "validUntil">;

const MTI_SUBMIT = 0x01;
const VPF_RELATIVE = 0x10;
const VPF_ABSOLUTE = 0x18;
const SRR = 0x20;
const UDHI = 0x40;

export function encodeSubmit(submit: Submit): EncodedPdu {
  const { dcs, octets } = encodeUserData(submit.userData);
  const validity = encodeValidityPeriod(submit);
  const first =
    MTI_SUBMIT | validity.format | (submit.statusReport ? SRR : 0) | (submit.userData.header === undefined ? 0 : UDHI);
  const tpdu = [first, submit.reference ?? 0, ...encodeAddress(submit.to), 0, dcs, ...validity.octets, ...octets];
  return { hex: hexOf(Uint8Array.from([...encodeServiceCentre(submit.serviceCentre), ...tpdu])), length: tpdu.length };
}

/** @throws WorError `pdu` */
export function decodeSubmit(hex: string): Submit & EncodedPdu {
  const octets = octetsFromHex(hex);
  const reader = new OctetReader(octets);
  const serviceCentre = decodeServiceCentre(reader);
  const first = reader.octet("the first octet");
  if ((first & 3) !== MTI_SUBMIT) throw pduError("not an SMS-SUBMIT");
  const reference = reader.octet("TP-MR");
  const to = decodeAddress(reader, "TP-DA");
  reader.octet("TP-PID"); // telematic interworking is nobody's business here
  const dcs = reader.octet("TP-DCS");
  const validity = VALIDITY_READERS[(first >> 3) & 3]?.(reader) ?? {};
  const userData = decodeUserData(reader, dcs, (first & UDHI) !== 0);
  reader.end();
  const length = octets.length - 1 - (octets[0] ?? 0);
  const statusReport = (first & SRR) !== 0;
  return { to, userData, ...validity, statusReport, reference, serviceCentre, hex, length };
}

function encodeValidityPeriod({ validityMinutes, validUntil }: Validity): { format: number; octets: number[] } {
  if (validityMinutes !== undefined) return { format: VPF_RELATIVE, octets: [encodeValidity(validityMinutes)] };
  if (validUntil !== undefined) return { format: VPF_ABSOLUTE, octets: encodeTimestamp(validUntil) };
  return { format: 0, octets: [] };
}

// By TP-VPF, clause 9.2.3.3: none, enhanced, relative, absolute.
const VALIDITY_READERS: readonly ((reader: OctetReader) => Validity)[] = [
  () => ({}),
  (reader) => ({ validityMinutes: decodeEnhancedValidity(reader.take(7, "TP-VP")) }),
  (reader) => ({ validityMinutes: decodeValidity(reader.octet("TP-VP")) }),
  (reader) => ({ validUntil: decodeTimestamp(reader.take(7, "TP-VP")) }),
];
