import { InvalidArgumentError } from "commander";
import { parsePortName } from "../hardware/modem/discovery/port-name.js";
import { reasonOf } from "../process/errors.js";

/** Values of options and arguments of `wor modem` and `wor doctor modem`; a wrong one says what is allowed. */
export function modemPort(text: string): string {
  try {
    parsePortName(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(reasonOf(error));
  }
}

export function baudRate(text: string): number {
  return wholeNumber(text, 300, 4_000_000);
}

export function seconds(text: string): number {
  return wholeNumber(text, 1, 600);
}

export function messageIndex(text: string): number {
  return wholeNumber(text, 0, 9_999);
}

export function atCommand(text: string): string {
  if (!/^AT[ -~]{0,500}$/i.test(text))
    throw new InvalidArgumentError("An AT command is AT and printable ASCII: AT+CSQ.");
  if (/\+(CMG[SWC]|CNMA)=\d/i.test(text))
    throw new InvalidArgumentError("It prompts for a message; use: wor modem sms send +NUMBER TEXT.");
  return text;
}

export function phoneNumber(text: string): string {
  if (!/^\+?\d{3,15}$/.test(text))
    throw new InvalidArgumentError("A number has 3 to 15 digits, with + if international.");
  return text;
}

export function messageStore(text: string): string {
  if (!/^[A-Z]{2}$/.test(text)) throw new InvalidArgumentError("A store is SM (SIM), ME (modem) or MT (both).");
  return text;
}

function wholeNumber(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new InvalidArgumentError(`Allowed: a whole number from ${least} to ${most}.`);
  return value;
}
