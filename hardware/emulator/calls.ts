import type { Clock } from "./clock.js";

export type CallEnd = "hung-up" | "no-carrier" | "busy" | "no-answer";
export type CallStage = "dialling" | "alerting" | "active" | "ended";

/** One end of a call. What happens at the other end arrives here, never in the call that caused it. */
export interface CallParty {
  readonly number: string;
  /** False if engaged. */
  offer(call: Call): boolean;
  /** The far end rings. */
  alerting?(call: Call): void;
  ended(call: Call, why: CallEnd): void;
}

/** A voice call between two parties: dialling -> alerting -> active -> ended, every stage optional but the last. */
export class Call {
  private stageNow: CallStage = "dialling";
  private callee: CallParty | undefined;
  private cancelTimer: () => void = () => {};

  constructor(
    readonly caller: CallParty,
    readonly calledNumber: string,
    private readonly clock: Clock,
  ) {}

  get stage(): CallStage {
    return this.stageNow;
  }

  /** After the set-up time, offers the call to whoever `find` then returns; nobody: NO CARRIER. */
  setUp(waitMs: number, unreachableMs: number, find: () => CallParty | undefined): void {
    const reachable = find() !== undefined;
    this.cancelTimer = this.clock.after(reachable ? waitMs : unreachableMs, () => this.offerTo(find()));
  }

  private offerTo(callee: CallParty | undefined): void {
    if (callee === undefined) return this.end("no-carrier");
    if (callee === this.caller || !callee.offer(this)) return this.end("busy");
    this.callee = callee;
    this.stageNow = "alerting";
    this.caller.alerting?.(this);
    this.cancelTimer = this.clock.after(ALERTING_LIMIT_MS, () => this.end("no-answer"));
  }

  answer(): void {
    if (this.stageNow !== "alerting") return;
    this.cancelTimer();
    this.stageNow = "active";
  }

  /** Either end hangs up (or is cut off); the other is told NO CARRIER. */
  hangUp(by: CallParty): void {
    if (this.stageNow === "ended") return;
    this.finish();
    for (const party of [this.caller, this.callee]) {
      if (party !== undefined) party.ended(this, party === by ? "hung-up" : "no-carrier");
    }
  }

  private end(why: "no-carrier" | "busy" | "no-answer"): void {
    if (this.stageNow === "ended") return;
    this.finish();
    this.caller.ended(this, why);
    this.callee?.ended(this, "no-carrier");
  }

  private finish(): void {
    this.cancelTimer();
    this.stageNow = "ended";
  }
}

// TS 24.008 T301: the network gives up a call that nobody answers.
const ALERTING_LIMIT_MS = 180_000;
