import type { TimelineEntry } from "../protocol/timeline.js";
import { rowsOf } from "./timeline-rows.js";

/** The steps of a call, numbered as in the patent's figure 2. */
export function Timeline({ entries, live }: { entries: readonly TimelineEntry[]; live: boolean }) {
  return (
    <ol class={live ? "timeline timeline-live" : "timeline"}>
      {rowsOf(entries).map((row) => (
        <li key={row.key} data-testid={`step-${row.step}`}>
          <span class="timeline-no">{row.no}</span>
          <span class="timeline-words">{row.words}</span>
          <span class="timeline-at">{row.at} ms</span>
          <span class="timeline-difference">{row.difference}</span>
        </li>
      ))}
    </ol>
  );
}
