import type { AtCommand } from "../at-command.js";
import { fieldsOf } from "../fields.js";
import { order, QUICK_MS } from "./order.js";

const RADIO_MS = 15_000;

// TS 27.007 clause 8.2: 0 is minimum, 1 full, 4 without radio; the second parameter resets the modem before.
const FUNCTIONALITIES = { off: 0, full: 1, flight: 4 } as const;
export type Functionality = keyof typeof FUNCTIONALITIES;

export const setFunctionality = (value: Functionality): AtCommand<void> =>
  order(`AT+CFUN=${FUNCTIONALITIES[value]}`, RADIO_MS);

/** The modem leaves the USB and comes back, by another name perhaps. */
export const restartModem = order("AT+CFUN=1,1", RADIO_MS);

/** The number of +CFUN: 1 is full, 0 and 4 have no radio. */
export const readFunctionality = {
  text: "AT+CFUN?",
  prefix: "+CFUN",
  timeoutMs: QUICK_MS,
  parse: ([line]) => Number(fieldsOf(line ?? "")[0]),
} satisfies AtCommand<number>;
