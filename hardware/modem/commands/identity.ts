import type { AtCommand } from "../at-command.js";
import { unquote } from "../fields.js";
import { QUICK_MS, SIM_MS } from "./order.js";

// TS 27.007 clause 5.1 to 5.3
export const readManufacturer = text("AT+CGMI");
export const readModel = text("AT+CGMM");
export const readRevision = text("AT+CGMR");
export const readInformation = { ...text("ATI"), parse: (lines) => lines } satisfies AtCommand<readonly string[]>; // V.250 clause 6.1.3

export const readImei = digits("AT+CGSN", 15, QUICK_MS); // clause 5.4
export const readImsi = digits("AT+CIMI", 6, SIM_MS); // clause 5.6

/** A plain text without prefix; some makes add one, or quotes. Null if there is none. */
function text(command: string): AtCommand<string | null> {
  return {
    text: command,
    prefix: "",
    timeoutMs: QUICK_MS,
    parse: ([line]) => (line === undefined ? null : unquote(line.replace(/^[+A-Z]+: */, ""))),
  };
}

function digits(command: string, least: number, timeoutMs: number): AtCommand<string | null> {
  const number = new RegExp(`\\d{${least},15}`);
  return { text: command, prefix: "", timeoutMs, parse: (lines) => number.exec(lines.join(" "))?.[0] ?? null };
}
