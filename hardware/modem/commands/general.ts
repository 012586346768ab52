import type { AtCommand } from "../at-command.js";
import { order } from "./order.js";

// V.250 clause 5.2.1. A lost one is simply sent again (autobaud, sleep: H34, H35).
export const probe: AtCommand<void> = { ...order("AT", 500), numericFinals: true, repeatable: true };

/** Unlike at opening, the modem is known to answer: one that does not is hung. */
export const keepAlive = order("AT", 5_000);

// V.250 clause 6.2.4 and 6.2.6: no echo, results as words. Apart, since some modems mind being given both.
export const echoOff: AtCommand<void> = { ...order("ATE0"), numericFinals: true };
export const verboseResults: AtCommand<void> = { ...order("ATV1"), numericFinals: true };
export const numericErrors = order("AT+CMEE=1"); // TS 27.007 clause 9.1
