import { STEPS } from "../protocol/steps.js";
import type { TimelineEntry } from "../protocol/timeline.js";
import { inMs } from "./time-words.js";

export interface TimelineRow {
  readonly key: string;
  readonly step: TimelineEntry["step"];
  /** The number in the patent's figure 2, or null for what is ours. */
  readonly no: string | null;
  readonly words: string;
  /** ms since the call request, and since the row before. */
  readonly at: string;
  readonly difference: string | null;
}

/** A call's timeline as rows, from entries in the order of time. */
export function rowsOf(entries: readonly TimelineEntry[]): TimelineRow[] {
  return entries.map(({ step, atMs }, index) => {
    const before = entries[index - 1];
    const { no, text } = STEPS[step];
    return {
      key: `${step}-${index}`,
      step,
      no: /^\d+$/.test(no) ? no : null,
      words: text,
      at: inMs(atMs),
      difference: before ? `+${inMs(Math.round(atMs) - Math.round(before.atMs))}` : null,
    };
  });
}
