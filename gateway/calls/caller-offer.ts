import type { Candidate, IceServer } from "../protocol/media.js";
import type { TerminalDown, WithoutEnvelope } from "../protocol/messages.js";

export type ToTerminal = WithoutEnvelope<TerminalDown>;

/** Candidates of one caller that are kept; the rest are dropped. */
const MAX_CANDIDATES = 64;

/**
 * The caller's offer and its candidates: they come as soon as the caller has them, are kept until the terminal is on line,
 * and go down again to a terminal that had fallen asleep.
 */
export class CallerOffer {
  private sdp: string | undefined;
  private delivered = false;
  private readonly candidates: Candidate[] = [];

  constructor(
    private readonly call: { callId: string; caller: string },
    private readonly iceServers: IceServer[],
    private readonly send: (message: ToTerminal) => void,
  ) {}

  get isDelivered(): boolean {
    return this.delivered;
  }

  /** The first one counts. */
  set(sdp: string): void {
    this.sdp ??= sdp;
  }

  addCandidate(candidate: Candidate): void {
    if (this.candidates.length >= MAX_CANDIDATES) return;
    this.candidates.push(candidate);
    if (this.delivered) this.sendCandidate(candidate);
  }

  /** To a terminal that is on line. @returns false when it is not there yet, or was delivered before. */
  deliver(): boolean {
    if (this.sdp === undefined || this.delivered) return false;
    this.send({ type: "offer", ...this.call, sdp: this.sdp, iceServers: this.iceServers });
    this.delivered = true;
    for (const candidate of this.candidates) this.sendCandidate(candidate);
    return true;
  }

  /** The terminal that had it is gone; the next one gets it anew. */
  undeliver(): void {
    this.delivered = false;
  }

  private sendCandidate(candidate: Candidate): void {
    this.send({ type: "candidate", callId: this.call.callId, candidate });
  }
}
