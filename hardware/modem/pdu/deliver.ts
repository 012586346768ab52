import { type Address, decodeAddress, decodeServiceCentre, encodeAddress, encodeServiceCentre } from "./address.js";
import { hexOf, OctetReader, octetsFromHex, pduError } from "./octets.js";
import type { EncodedPdu } from "./submit.js";
import { decodeTimestamp, encodeTimestamp } from "./time.js";
import { decodeUserData, encodeUserData, type UserData } from "./user-data.js";

/** SMS-DELIVER, from service centre to mobile: TS 23.040 clause 9.2.2.1. */
export interface Deliver {
  from: Address;
  userData: UserData;
  /** Undefined if the service centre sent no possible time. */
  sentAt: Date | undefined;
  serviceCentre?: Address | undefined;
}

const MTI_DELIVER = 0x00;
const NO_MORE_MESSAGES = 0x04;
const UDHI = 0x40;

export function encodeDeliver(deliver: Deliver): EncodedPdu {
  const { dcs, octets } = encodeUserData(deliver.userData);
  const first = MTI_DELIVER | NO_MORE_MESSAGES | (deliver.userData.header === undefined ? 0 : UDHI);
  const sentAt = deliver.sentAt === undefined ? new Array<number>(7).fill(0) : encodeTimestamp(deliver.sentAt);
  const tpdu = [first, ...encodeAddress(deliver.from), 0, dcs, ...sentAt, ...octets];
  return { hex: hexOf(Uint8Array.from([...encodeServiceCentre(deliver.serviceCentre), ...tpdu])), length: tpdu.length };
}

/** @throws WorError `pdu` */
export function decodeDeliver(hex: string): Deliver {
  const reader = new OctetReader(octetsFromHex(hex));
  const serviceCentre = decodeServiceCentre(reader);
  const first = reader.octet();
  if ((first & 3) !== MTI_DELIVER) throw pduError("not an SMS-DELIVER");
  const from = decodeAddress(reader);
  reader.octet(); // TP-PID
  const dcs = reader.octet();
  const sentAt = decodeTimestamp(reader.take(7));
  const userData = decodeUserData(reader, dcs, (first & UDHI) !== 0);
  reader.end();
  return { from, userData, sentAt, serviceCentre };
}
