import { type Address, decodeAddress, decodeServiceCentre, encodeAddress, encodeServiceCentre } from "./address.js";
import { hexOf, OctetReader, octetsFromHex, pduError } from "./octets.js";
import { decodeTimestamp, decodeValidity, encodeValidity } from "./time.js";
import { decodeUserData, encodeUserData, type UserData } from "./user-data.js";

/** SMS-SUBMIT, from mobile to service centre: TS 23.040 clause 9.2.2.2. */
export interface Submit {
  to: Address;
  userData: UserData;
  /** Relative; undefined leaves it to the service centre. */
  validityMinutes?: number | undefined;
  statusReport?: boolean;
  reference?: number;
  serviceCentre?: Address | undefined;
}

/** A PDU as TS 27.005 wants it: `length` counts the octets without the service centre's address. */
export interface EncodedPdu {
  hex: string;
  length: number;
}

const MTI_SUBMIT = 0x01;
const VPF_RELATIVE = 0x10;
const SRR = 0x20;
const UDHI = 0x40;

export function encodeSubmit(submit: Submit): EncodedPdu {
  const { dcs, octets } = encodeUserData(submit.userData);
  const validity = submit.validityMinutes === undefined ? [] : [encodeValidity(submit.validityMinutes)];
  const first =
    MTI_SUBMIT |
    (validity.length > 0 ? VPF_RELATIVE : 0) |
    (submit.statusReport ? SRR : 0) |
    (submit.userData.header === undefined ? 0 : UDHI);
  const tpdu = [first, submit.reference ?? 0, ...encodeAddress(submit.to), 0, dcs, ...validity, ...octets];
  return { hex: hexOf(Uint8Array.from([...encodeServiceCentre(submit.serviceCentre), ...tpdu])), length: tpdu.length };
}

/** @throws WorError `pdu` */
export function decodeSubmit(hex: string): Submit & EncodedPdu {
  const octets = octetsFromHex(hex);
  const reader = new OctetReader(octets);
  const serviceCentre = decodeServiceCentre(reader);
  const first = reader.octet();
  if ((first & 3) !== MTI_SUBMIT) throw pduError("not an SMS-SUBMIT");
  const reference = reader.octet();
  const to = decodeAddress(reader);
  reader.octet(); // TP-PID: telematic interworking is nobody's business here
  const dcs = reader.octet();
  const validityMinutes = VALIDITY_READERS[(first >> 3) & 3]?.(reader);
  const userData = decodeUserData(reader, dcs, (first & UDHI) !== 0);
  reader.end();
  const length = octets.length - 1 - (octets[0] ?? 0);
  const statusReport = (first & SRR) !== 0;
  return { to, userData, validityMinutes, statusReport, reference, serviceCentre, hex, length };
}

// By TP-VPF, clause 9.2.3.3: none, enhanced, relative, absolute.
const VALIDITY_READERS: readonly ((reader: OctetReader) => number | undefined)[] = [
  () => undefined,
  (reader) => void reader.take(7),
  (reader) => decodeValidity(reader.octet()),
  (reader) => minutesUntil(decodeTimestamp(reader.take(7))),
];

function minutesUntil(date: Date | undefined): number | undefined {
  return date === undefined ? undefined : Math.max(0, Math.ceil((date.getTime() - Date.now()) / 60_000));
}
