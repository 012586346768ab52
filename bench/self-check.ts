import { STEPS } from "../gateway/protocol/steps.js";
import type { TimelineEntry } from "../gateway/protocol/timeline.js";
import type { Bench, CallResult } from "./bench.js";
import { type CallerName, TERMINAL } from "./names.js";

/** Long enough that both have said their sentence. */
const TALK_SECONDS = 4;

export interface OneCall {
  caller: CallerName;
  answer: "auto" | "never" | "decline";
  /** The terminal waits for its button, so somebody has to press it. */
  byButton: boolean;
}

/** Places one call and does at the terminal what `answer` says. */
export async function placeCall(bench: Bench, { caller, answer, byButton }: OneCall): Promise<CallResult> {
  const kind = answer === "decline" ? "hold" : answer === "auto" && byButton ? "press" : undefined;
  const alerting =
    kind && bench.process(TERMINAL).waitFor("terminal.state", 120_000, ({ state }) => state === "alerting");
  // The call may well end before anything alerts: that is the result's to say.
  alerting?.then(() => kind && bench.button(kind)).catch(() => {});
  return bench.call(caller, { talkSeconds: TALK_SECONDS });
}

/** The timeline as a table: no., step, ms since the click, ms since the step before. */
export function timelineTable(timeline: TimelineEntry[]): string {
  const rows = [...timeline]
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ no, step, atMs }, index, all) => {
      const since = atMs - (all[index - 1]?.atMs ?? atMs);
      return [
        no.padEnd(5),
        STEPS[step].text.padEnd(32),
        atMs.toFixed(1).padStart(10),
        since.toFixed(1).padStart(10),
      ].join("  ");
    });
  const head = ["no.".padEnd(5), "step".padEnd(32), "ms".padStart(10), "since".padStart(10)].join("  ");
  return [head, "-".repeat(head.length), ...rows].join("\n");
}

/** What `--json` writes. */
export function report({ outcome, reason, callId, wakes, timeline }: CallResult): object {
  const ordered = [...timeline].sort((a, b) => a.atMs - b.atMs);
  return { outcome, ...(outcome === "talked" ? {} : { reason }), callId, wakes, timeline: ordered };
}
