import { FRAME_MS } from "./frames.js";

/** Written ahead of the first frame, so that the first hiccup is not heard. */
export const PREFILL_MS = 20;
/** Most that may lie in front of the loudspeaker. */
const MAX_AHEAD_MS = 80;

/**
 * Keeps delay from piling up in front of a loudspeaker. The device plays by the clock: what was written and not yet
 * played is known without asking it, and a frame that would lie further ahead than 80 ms is dropped. ALSA's own buffer
 * of 0.5 s would keep every hiccup of the network as delay for the rest of the call (measured: 72 -> 317 ms for good).
 */
export class PlaybackBudget {
  private emptyAt = Number.NEGATIVE_INFINITY;

  /** @returns what to write now: nothing, the frame, or silence and the frame (the device has run dry). */
  take(now: number): "drop" | "frame" | "prefill-and-frame" {
    const isDry = this.emptyAt <= now;
    if (isDry) this.emptyAt = now + PREFILL_MS;
    if (this.emptyAt - now + FRAME_MS > MAX_AHEAD_MS) return "drop";
    this.emptyAt += FRAME_MS;
    return isDry ? "prefill-and-frame" : "frame";
  }
}
