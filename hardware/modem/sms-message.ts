import { WorError } from "../../process/errors.js";
import { textOfAddress } from "./pdu/address.js";
import { type Part, partOf } from "./pdu/concatenation.js";
import { type Deliver, decodeDeliver } from "./pdu/deliver.js";
import { decodeStatusReport, outcomeOf, type SmsOutcome, type StatusReport } from "./pdu/status-report.js";
import { decodeSubmit } from "./pdu/submit.js";
import { textOfUserData, type UserData } from "./pdu/user-data.js";

export interface ReceivedSms {
  /** As the network gave it: `+81...`, a short code or a name. */
  from: string;
  /** Octets of an 8-bit message are read as Latin-1. */
  text: string;
  /** By the clock of the service centre. */
  sentAt: Date | undefined;
  /** Of that clock, east of UTC; absent without `sentAt`. */
  zoneMinutes?: number;
  /** 0: meant to be shown at once and not to be stored (TS 23.038 clause 4). */
  messageClass?: number;
  /** Of an 8-bit message. */
  data?: Uint8Array;
  /** Numbers of the parts that never came, from 1; the text is that of the others. */
  missing?: number[];
}

/** What the network says became of a message that was sent with `report`. */
export interface SmsReport {
  /** As `sendSms` returned it. */
  reference: number;
  to: string;
  status: SmsOutcome;
  /** TP-ST, TS 23.040 clause 9.2.3.15. */
  code: number;
  /** By the clock of the service centre. */
  at: Date | undefined;
}

/** What a PDU out of a modem is, by its type. */
export type SmsContent =
  | { kind: "received"; deliver: Deliver; part: Part | undefined }
  | { kind: "report"; report: SmsReport }
  | { kind: "outgoing"; to: string; text: string }
  | { kind: "undecodable"; error: WorError };

/** Never throws: a store also holds what nobody can read. */
export function contentOf(pdu: string): SmsContent {
  try {
    return decoded(pdu);
  } catch (error) {
    if (error instanceof WorError) return { kind: "undecodable", error };
    throw error;
  }
}

/** Parts in order, `undefined` for those that are missing; at least one is there. */
export function receivedSms(parts: readonly (Deliver | undefined)[]): ReceivedSms {
  const there = parts.filter((part) => part !== undefined);
  const [first] = there;
  if (first === undefined) throw new WorError("pdu", "a message without any part");
  const missing = parts.flatMap((part, index) => (part === undefined ? [index + 1] : []));
  const { messageClass } = first.userData;
  const data = dataOf(there.map(({ userData }) => userData));
  return {
    from: textOfAddress(first.from),
    text: there.map(({ userData }) => textOfUserData(userData)).join(""),
    sentAt: first.sentAt,
    ...(first.zoneMinutes === undefined ? {} : { zoneMinutes: first.zoneMinutes }),
    ...(messageClass === undefined ? {} : { messageClass }),
    ...(data === undefined ? {} : { data }),
    ...(missing.length === 0 ? {} : { missing }),
  };
}

function decoded(pdu: string): SmsContent {
  switch (typeOf(pdu)) {
    case 1: {
      const { to, userData } = decodeSubmit(pdu);
      return { kind: "outgoing", to: textOfAddress(to), text: textOfUserData(userData) };
    }
    case 2:
      return { kind: "report", report: smsReport(decodeStatusReport(pdu)) };
    default: {
      const deliver = decodeDeliver(pdu);
      return { kind: "received", deliver, part: partOf(deliver.userData) };
    }
  }
}

/** TP-MTI, TS 23.040 clause 9.2.3.1, behind the service centre's address. */
function typeOf(pdu: string): number {
  return Number.parseInt(pdu.slice(2 + 2 * Number.parseInt(pdu.slice(0, 2), 16)).slice(0, 2), 16) & 3;
}

function smsReport({ reference, to, status, dischargedAt }: StatusReport): SmsReport {
  return { reference, to: textOfAddress(to), status: outcomeOf(status), code: status, at: dischargedAt };
}

function dataOf(parts: readonly UserData[]): Uint8Array | undefined {
  const octets = parts.map((part) => (part.alphabet === "8bit" ? part.data : undefined));
  if (octets.includes(undefined)) return undefined;
  return Uint8Array.from(Buffer.concat(octets.filter((data) => data !== undefined)));
}
