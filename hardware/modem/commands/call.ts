import { WorError } from "../../../process/errors.js";
import type { AtCommand } from "../at-command.js";
import { fieldsOf } from "../fields.js";
import { callerOf } from "../urcs.js";
import { order, QUICK_MS, SIM_MS } from "./order.js";

export const callerIdentity = order("AT+CLIP=1", SIM_MS); // TS 27.007 clause 7.11

/** +CRING: VOICE in place of RING, or RING (clause 6.11). */
export const extendedRing = (on: boolean): AtCommand<void> => order(`AT+CRC=${on ? 1 : 0}`);
/** ATH ends a voice call too (clause 6.20). */
export const hangUpVoice = order("AT+CVHU=0");

/** TS 27.007 clause 7.18 <stat>. */
export type CallState = "active" | "held" | "dialling" | "alerting" | "incoming" | "waiting" | "unknown";
const CALL_STATES: readonly CallState[] = ["active", "held", "dialling", "alerting", "incoming", "waiting"];

export interface CurrentCall {
  outgoing: boolean;
  state: CallState;
  number: string | null;
}

export const listCalls = {
  text: "AT+CLCC",
  prefix: "+CLCC",
  timeoutMs: QUICK_MS, // clause 7.18; only voice calls (mode 0)
  parse: (lines) =>
    lines
      .map(fieldsOf)
      .filter(([, , , mode]) => mode === "0")
      .map(([, direction, state, , , number, type]) => ({
        outgoing: direction === "0",
        state: CALL_STATES[Number(state)] ?? "unknown",
        number: callerOf(number, type),
      })),
} satisfies AtCommand<CurrentCall[]>;

/** @throws WorError `number`: nothing but digits may get into a command line */
export function dialVoice(to: string, timeoutMs: number): AtCommand<void> {
  if (!/^\+?[0-9*#]{1,20}$/.test(to))
    throw new WorError("number", "a number to dial has only digits, *, # and a leading +");
  return { ...order(`ATD${to};`, timeoutMs), dials: true, shown: "ATD" }; // TS 27.007 clause 6.2
}

export const hangUp = order("AT+CHUP", SIM_MS); // clause 6.5
export const hangUpBasic = order("ATH", SIM_MS); // V.250 clause 6.3.6, for modems without +CHUP
