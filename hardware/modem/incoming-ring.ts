import type { CurrentCall } from "./commands/call.js";

export interface IncomingRingOptions {
  /** How long after RING the number may come. */
  clipWaitMs: number;
  /** Without a RING for so long, the call is over: twice the longest interval seen (6 s). */
  gapMs: number;
  /** How often the modem is asked whether it still rings; the end of ringing need not be told (H46). */
  pollMs: number;
}

export interface IncomingRingEffects {
  ring(number: string | null): void;
  ended(): void;
  /** The modem's calls; a rejection counts as "it cannot say". */
  listCalls(): Promise<readonly CurrentCall[]>;
}

/** Makes one ring and one end of it out of RING, +CRING, +CLIP, NO CARRIER, +CLCC and silence (H45 to H47). */
export class IncomingRing {
  private call: { reported: boolean; number: string | null } | undefined;
  private clipTimer: NodeJS.Timeout | undefined;
  private gapTimer: NodeJS.Timeout | undefined;
  private pollTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: IncomingRingOptions,
    private readonly effects: IncomingRingEffects,
  ) {}

  get active(): boolean {
    return this.call !== undefined;
  }

  ring(): void {
    this.begin();
    this.heard();
  }

  /** +CLIP, or a call that was found ringing. */
  caller(number: string | null): void {
    if (this.call?.reported && number !== null && this.call.number !== null && this.call.number !== number) this.end();
    this.begin();
    this.heard();
    this.report(number);
  }

  /** NO CARRIER, or the modem is gone. */
  end(): void {
    if (this.call === undefined) return;
    this.report(null);
    this.stop();
    this.effects.ended();
  }

  stop(): void {
    this.call = undefined;
    for (const timer of [this.clipTimer, this.gapTimer, this.pollTimer]) clearTimeout(timer);
  }

  private begin(): void {
    if (this.call !== undefined) return;
    this.call = { reported: false, number: null };
    this.clipTimer = setTimeout(() => this.report(null), this.options.clipWaitMs);
    this.poll();
  }

  private heard(): void {
    clearTimeout(this.gapTimer);
    this.gapTimer = setTimeout(() => this.end(), this.options.gapMs);
  }

  private report(number: string | null): void {
    if (this.call === undefined || this.call.reported) return;
    clearTimeout(this.clipTimer);
    this.call.reported = true;
    this.call.number = number;
    this.effects.ring(number);
  }

  private poll(): void {
    const { call } = this;
    this.pollTimer = setTimeout(() => {
      this.effects.listCalls().then(
        (calls) => {
          if (call === undefined || call !== this.call) return;
          if (!calls.some(({ state }) => state === "incoming" || state === "waiting")) return this.end();
          this.heard();
          this.poll();
        },
        () => {}, // a modem that cannot list its calls: silence tells
      );
    }, this.options.pollMs);
  }
}
