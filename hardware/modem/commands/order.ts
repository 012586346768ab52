import type { AtCommand } from "../at-command.js";

export const QUICK_MS = 2_000;
/** Commands that ask the SIM or the network's software something. */
export const SIM_MS = 5_000;

/** A command without an answer. */
export function order(text: string, timeoutMs = QUICK_MS): AtCommand<void> {
  return { text, prefix: null, timeoutMs, parse: () => {} };
}
