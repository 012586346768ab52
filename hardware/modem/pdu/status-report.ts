import { type Address, decodeAddress, decodeServiceCentre, encodeAddress, encodeServiceCentre } from "./address.js";
import { hexOf, OctetReader, octetsFromHex, pduError } from "./octets.js";
import type { EncodedPdu } from "./submit.js";
import { decodeTimestamp, encodeTimestamp } from "./time.js";
import { decodeUserData } from "./user-data.js";

/** What became of a message; `pending`: the service centre still tries. */
export type SmsOutcome = "delivered" | "pending" | "failed";

/** SMS-STATUS-REPORT, from service centre to mobile: TS 23.040 clause 9.2.2.3. */
export interface StatusReport {
  /** That of the SMS-SUBMIT, as +CMGS told it. */
  reference: number;
  to: Address;
  /** When the service centre took the message, and when it got rid of it or last tried. */
  sentAt: Date | undefined;
  dischargedAt: Date | undefined;
  /** TP-ST. */
  status: number;
  serviceCentre?: Address | undefined;
}

const MTI_STATUS_REPORT = 0x02;
const NO_MORE_MESSAGES = 0x04;
const UDHI = 0x40;
const PI = { extension: 0x80, pid: 0x01, dcs: 0x02, userData: 0x04 } as const;

/** TP-ST, clause 9.2.3.15: done; still trying; given up, permanently or for now. Reserved values are refusals. */
export function outcomeOf(status: number): SmsOutcome {
  if (status < 0x20) return "delivered";
  return status < 0x40 ? "pending" : "failed";
}

export function encodeStatusReport(report: StatusReport): EncodedPdu {
  const time = (date: Date | undefined) => (date === undefined ? new Array<number>(7).fill(0) : encodeTimestamp(date));
  const tpdu = [
    MTI_STATUS_REPORT | NO_MORE_MESSAGES,
    report.reference,
    ...encodeAddress(report.to),
    ...time(report.sentAt),
    ...time(report.dischargedAt),
    report.status,
  ];
  return { hex: hexOf(Uint8Array.from([...encodeServiceCentre(report.serviceCentre), ...tpdu])), length: tpdu.length };
}

/** @throws WorError `pdu` */
export function decodeStatusReport(hex: string): StatusReport {
  const reader = new OctetReader(octetsFromHex(hex));
  const serviceCentre = decodeServiceCentre(reader);
  const first = reader.octet("the first octet");
  if ((first & 3) !== MTI_STATUS_REPORT) throw pduError("not an SMS-STATUS-REPORT");
  const reference = reader.octet("TP-MR");
  const to = decodeAddress(reader, "TP-RA");
  const sentAt = decodeTimestamp(reader.take(7, "TP-SCTS"));
  const dischargedAt = decodeTimestamp(reader.take(7, "TP-DT"));
  const status = reader.octet("TP-ST");
  if (!reader.onlyFillingLeft) skipOptional(reader, (first & UDHI) !== 0);
  reader.end();
  return { reference, to, sentAt, dischargedAt, status, serviceCentre };
}

/** What TP-PI announces (clause 9.2.3.27); nobody reads it, but it must be whole. */
function skipOptional(reader: OctetReader, hasHeader: boolean): void {
  const indicator = reader.octet("TP-PI");
  for (let more = indicator; more & PI.extension; ) more = reader.octet("TP-PI");
  if (indicator & PI.pid) reader.octet("TP-PID");
  const dcs = indicator & PI.dcs ? reader.octet("TP-DCS") : 0;
  if (indicator & PI.userData) decodeUserData(reader, dcs, hasHeader);
}
