import type { CallState } from "../protocol/caller.js";
import type { Candidate } from "../protocol/media.js";
import type { TimelineEntry } from "../protocol/timeline.js";

/**
 * The caller's side of one call, given by a voice service with its call request.
 * Every method is harmless after the call has ended or the caller is gone, and none may throw or block.
 */
export interface CallerLeg {
  readonly callId: string;
  /** Authenticated by the voice service. */
  readonly caller: string;
  readonly terminal: string;
  /** `ended` is told once, last. */
  tellState(call: CallState): void;
  tellStep(entry: TimelineEntry): void;
  answer(sdp: string): void;
  candidate(candidate: Candidate): void;
}
