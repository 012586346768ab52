import type { AtCommand } from "../at-command.js";
import { fieldsOf, unquote } from "../fields.js";
import { order, QUICK_MS } from "./order.js";

const QUARTER_MS = 15 * 60_000;

/** The modem's clock follows the network's (TS 27.007 clause 8.40). */
export const followNetworkTime = order("AT+CTZU=1");

/** Null while the modem does not know: it then counts from 1980, 2000 or 2004. */
export const readClock = {
  text: "AT+CCLK?",
  prefix: "+CCLK",
  timeoutMs: QUICK_MS, // clause 8.15: "yy/MM/dd,hh:mm:ss±zz", local time, zz in quarters of an hour
  parse: ([line]) => {
    const text = unquote(fieldsOf(line ?? "")[0]);
    const [, year, month, day, hour, minute, second, zone = "0"] =
      /^(\d\d)\/(\d\d)\/(\d\d),(\d\d):(\d\d):(\d\d)([+-]\d+)?$/.exec(text) ?? [];
    if (year === undefined || Number(year) < 20 || Number(year) >= 80) return null;
    const local = Date.UTC(
      2000 + Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    return new Date(local - Number(zone) * QUARTER_MS);
  },
} satisfies AtCommand<Date | null>;

/** In UTC. */
export function setClock(time: Date): AtCommand<void> {
  const [date = "", clock = ""] = time.toISOString().slice(2, 19).split("T");
  return order(`AT+CCLK="${date.replaceAll("-", "/")},${clock}+00"`);
}
