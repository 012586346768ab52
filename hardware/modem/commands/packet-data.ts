import { WorError } from "../../../process/errors.js";
import type { AtCommand } from "../at-command.js";
import { fieldsOf, unquote } from "../fields.js";
import { order, QUICK_MS, SIM_MS } from "./order.js";

/** @throws WorError `apn` */
export function defineContext(apn: string): AtCommand<void> {
  if (!/^[A-Za-z0-9.-]{0,100}$/.test(apn))
    throw new WorError("apn", "an APN has only letters, digits, dots and hyphens");
  return order(`AT+CGDCONT=1,"IP","${apn}"`, SIM_MS); // TS 27.007 clause 10.1.1
}

export const setContextActive = (active: boolean, timeoutMs: number): AtCommand<void> =>
  order(`AT+CGACT=${active ? 1 : 0},1`, timeoutMs); // clause 10.1.10

export const readAddress = {
  text: "AT+CGPADDR=1",
  prefix: "+CGPADDR",
  timeoutMs: QUICK_MS, // clause 10.1.14
  parse: ([line]) => unquote(fieldsOf(line ?? "")[1]) || null,
} satisfies AtCommand<string | null>;
