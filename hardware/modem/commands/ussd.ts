import { WorError } from "../../../process/errors.js";
import type { AtCommand } from "../at-command.js";
import { order } from "./order.js";

const USSD_MS = 20_000;
const GSM7 = 15; // TS 23.038 clause 5: the default alphabet, language not told

/**
 * The OK says that it was sent; the answer comes as +CUSD of its own accord (TS 27.007 clause 7.15).
 * @throws WorError `ussd`: nothing but *, # and digits may get into a command line
 */
export function sendUssd(code: string): AtCommand<void> {
  if (!/^[0-9*#]{1,182}$/.test(code)) throw new WorError("ussd", "a USSD code has only digits, * and #");
  return { ...order(`AT+CUSD=1,"${code}",${GSM7}`, USSD_MS), shown: "AT+CUSD" };
}

export const endUssd = order("AT+CUSD=2", USSD_MS);
