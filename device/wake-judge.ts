import { judgeWakeToken } from "../gateway/protocol/wake-token.js";
import { reasonOf } from "../process/errors.js";
import type { Logger } from "../process/log.js";
import { maskNumber } from "../process/log.js";
import type { DurableState } from "./durable-state.js";

export interface WakeRules {
  terminal: string;
  wakeKey: Buffer;
  ringsFrom: string[];
  ringsPerMinute: number;
}

/** A clock that was never set says a year before this project: it must not judge expiry. */
const CLOCK_IS_SET_AFTER = Date.UTC(2025, 0, 1);

/** Decides whether an SMS or a ring is a wake. Says nothing to the sender, whatever it was. */
export class WakeJudge {
  private ringTokens: number;
  private refilledAt: number;

  constructor(
    private readonly rules: WakeRules,
    private readonly state: DurableState,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {
    this.ringTokens = Math.max(1, rules.ringsPerMinute);
    this.refilledAt = now();
  }

  /** @returns true when the text is a wake token that the gateway made for us, for the first time. */
  sms(text: string): boolean {
    const now = this.now();
    const seconds = now > CLOCK_IS_SET_AFTER ? Math.floor(now / 1_000) : 0;
    const { terminal, wakeKey } = this.rules;
    const judged = judgeWakeToken(terminal, wakeKey, text, this.state.wakeCounter, seconds);
    if ("fault" in judged) {
      // The counter of an expired token is not kept: it was never acted on, and a later one is higher anyway.
      this.log.warn({ way: "sms", fault: judged.fault }, "wake.ignored");
      return false;
    }
    try {
      this.state.saveWakeCounter(judged.token.counter);
    } catch (error) {
      // A full disk must not make a terminal unreachable: until the next boot the counter in memory stops replays.
      this.log.error({ reason: reasonOf(error) }, "wake.counter-not-saved");
    }
    this.log.info({ way: "sms", callId: judged.token.callId }, "wake");
    return true;
  }

  /** @returns true for an allowed number within the rate: a hint, which only the gateway can confirm. */
  ring(number: string | null): boolean {
    const from = number === null ? "withheld" : maskNumber(number);
    if (number === null || !this.rules.ringsFrom.includes(number)) {
      this.log.warn({ way: "ring", from, fault: "foreign" }, "wake.ignored");
      return false;
    }
    if (!this.takeRingToken()) {
      this.log.warn({ way: "ring", from, fault: "too-many" }, "wake.ignored");
      return false;
    }
    this.log.info({ way: "ring", from }, "wake");
    return true;
  }

  /** Token bucket: a minute's worth at once, refilled evenly. */
  private takeRingToken(): boolean {
    const now = this.now();
    const { ringsPerMinute } = this.rules;
    const refill = Math.max(0, ((now - this.refilledAt) / 60_000) * ringsPerMinute);
    this.ringTokens = Math.min(Math.max(1, ringsPerMinute), this.ringTokens + refill);
    this.refilledAt = now;
    if (this.ringTokens < 1) return false;
    this.ringTokens -= 1;
    return true;
  }
}
