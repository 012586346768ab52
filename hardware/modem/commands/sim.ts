import { WorError } from "../../../process/errors.js";
import type { AtCommand } from "../at-command.js";
import { fieldsOf } from "../fields.js";
import type { RetriesQuestion } from "../profiles/profile.js";
import { SIM_MS } from "./order.js";

export const readSim = {
  text: "AT+CPIN?",
  prefix: "+CPIN",
  okMayBeMissing: true,
  timeoutMs: SIM_MS, // TS 27.007 clause 8.3
  parse: ([line]) => {
    // The first answer with a text: without one, results and commands are out of step.
    if (line === undefined) throw new WorError("at-answer", "AT+CPIN? was answered without a state");
    return line.replace(/^\+CPIN: */, "");
  },
} satisfies AtCommand<string>;

/** @throws WorError `pin`: a PIN is 4 to 8 digits */
export function enterPin(pin: string): AtCommand<void> {
  if (!/^\d{4,8}$/.test(pin)) throw new WorError("pin", "a PIN is 4 to 8 digits");
  return { text: `AT+CPIN="${pin}"`, shown: "AT+CPIN", prefix: null, timeoutMs: 15_000, parse: () => {} }; // clause 8.3
}

/** Clause 8.65: +CPINR: SIM PIN,<retries>[,<default retries>] */
export const STANDARD_RETRIES: RetriesQuestion = { text: 'AT+CPINR="SIM PIN"', prefix: "+CPINR", field: 1 };

/** How often a wrong PIN may still be entered; null if the modem does not say. */
export function readRetries({ text, prefix, field }: RetriesQuestion): AtCommand<number | null> {
  return {
    text,
    prefix,
    timeoutMs: SIM_MS,
    parse: ([line]) => {
      const retries = fieldsOf(line ?? "")[field] ?? "";
      return /^\d+$/.test(retries) ? Number(retries) : null;
    },
  };
}
