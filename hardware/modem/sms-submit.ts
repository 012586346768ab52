import { addressOf } from "./pdu/address.js";
import { split } from "./pdu/concatenation.js";
import { type EncodedPdu, encodeSubmit } from "./pdu/submit.js";
import { type UserData, userDataOf } from "./pdu/user-data.js";

export interface SmsOptions {
  validityMinutes: number;
  /** Asks the network to tell what becomes of it, by the event `report`. */
  report?: boolean;
  /** 0: shown at once and stored nowhere (TS 23.038 clause 4). */
  messageClass?: 0 | 1 | 2 | 3;
}

/**
 * The PDUs of one message: more than one if it is long. Text is sent in the cheapest alphabet, octets as 8-bit data.
 * `concatenation` tells long messages of one sender apart, 0 to 255.
 * @throws WorError `pdu`
 */
export function submitsOf(
  to: string,
  content: string | Uint8Array,
  { validityMinutes, report = false, messageClass }: SmsOptions,
  concatenation: number,
): EncodedPdu[] {
  const plain: UserData = typeof content === "string" ? userDataOf(content) : { alphabet: "8bit", data: content };
  const whole = messageClass === undefined ? plain : { ...plain, messageClass };
  return split(whole, { reference: concatenation, bits: 8 }).map((userData) =>
    encodeSubmit({ to: addressOf(to), userData, validityMinutes, statusReport: report }),
  );
}
