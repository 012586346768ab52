import { type Address, decodeAddress, decodeServiceCentre, encodeAddress, encodeServiceCentre } from "./address.js";
import { hexOf, OctetReader, octetsFromHex, pduError } from "./octets.js";
import type { EncodedPdu } from "./submit.js";
import { decodeZonedTime, encodeTimestamp } from "./time.js";
import { decodeUserData, encodeUserData, type UserData } from "./user-data.js";

/** SMS-DELIVER, from service centre to mobile: TS 23.040 clause 9.2.2.1. */
export interface Deliver {
  from: Address;
  userData: UserData;
  /** Undefined if the service centre sent no possible time. */
  sentAt: Date | undefined;
  /** Of the service centre's clock, east of UTC. */
  zoneMinutes?: number;
  serviceCentre?: Address | undefined;
}

const MTI_DELIVER = 0x00;
const MTI_RESERVED = 0x03;
const NO_MORE_MESSAGES = 0x04;
const UDHI = 0x40;

export function encodeDeliver(deliver: Deliver): EncodedPdu {
  const { dcs, octets } = encodeUserData(deliver.userData);
  const first = MTI_DELIVER | NO_MORE_MESSAGES | (deliver.userData.header === undefined ? 0 : UDHI);
  const { sentAt, zoneMinutes } = deliver;
  const timestamp = sentAt === undefined ? new Array<number>(7).fill(0) : encodeTimestamp(sentAt, zoneMinutes);
  const tpdu = [first, ...encodeAddress(deliver.from), 0, dcs, ...timestamp, ...octets];
  return { hex: hexOf(Uint8Array.from([...encodeServiceCentre(deliver.serviceCentre), ...tpdu])), length: tpdu.length };
}

/** @throws WorError `pdu` */
export function decodeDeliver(hex: string): Deliver {
  const reader = new OctetReader(octetsFromHex(hex));
  const serviceCentre = decodeServiceCentre(reader);
  const first = reader.octet("the first octet");
  // The reserved type is to be read like this one (clause 9.2.3.1).
  if ((first & 3) !== MTI_DELIVER && (first & 3) !== MTI_RESERVED) throw pduError("not an SMS-DELIVER");
  const from = decodeAddress(reader, "TP-OA");
  reader.octet("TP-PID");
  const dcs = reader.octet("TP-DCS");
  const time = decodeZonedTime(reader.take(7, "TP-SCTS"));
  const userData = decodeUserData(reader, dcs, (first & UDHI) !== 0);
  reader.end();
  return {
    from,
    userData,
    sentAt: time?.at,
    ...(time === undefined ? {} : { zoneMinutes: time.zoneMinutes }),
    serviceCentre,
  };
}
