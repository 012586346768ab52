import type { BridgeDown } from "../gateway/protocol/messages.js";

export type WakeJob = Exclude<BridgeDown, { type: "cancel" }>;

/** One wake that the gateway asked for: waits for a modem, is tried, and is over when cancelled, sent or expired. */
export interface QueuedWake {
  readonly job: WakeJob;
  /** How often it went back into the queue. */
  readonly attempts: number;
  /** Aborted by the gateway's `cancel`, and at the wake's expiry. */
  readonly signal: AbortSignal;
}

const MAX_WAITING = 1_000;
const MAX_REMEMBERED = 2 * MAX_WAITING;

/**
 * Which wakes wait for a modem. First come, first served. A wake id is taken once: the gateway repeats it when it is not
 * sure that we have it.
 */
export class WakeQueue {
  private readonly waiting: QueuedWake[] = [];
  private readonly takers: ((wake: QueuedWake) => void)[] = [];
  private readonly known = new Map<string, AbortController>();

  /** @returns false when it was known already, is expired, or there are too many. */
  add(job: WakeJob, now: number): boolean {
    if (job.exp <= now || this.known.has(job.wakeId) || this.full) return false;
    const controller = new AbortController();
    this.remember(job.wakeId, controller);
    const expiry = setTimeout(() => controller.abort(), Math.max(0, job.exp - now));
    controller.signal.addEventListener("abort", () => clearTimeout(expiry));
    this.put({ job, attempts: 0, signal: controller.signal });
    return true;
  }

  /** Takes back a wake that has to be tried again, behind all that wait by then. */
  later({ job, attempts, signal }: QueuedWake, ms: number): void {
    if (signal.aborted) return;
    const timer = setTimeout(() => this.put({ job, attempts: attempts + 1, signal }), ms);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  get full(): boolean {
    return this.waiting.length >= MAX_WAITING;
  }

  cancel(wakeId: string): void {
    const controller = this.known.get(wakeId);
    if (controller) return controller.abort();
    // The cancel overtook its wake: remembered, so that the wake does nothing when it comes.
    const cancelled = new AbortController();
    cancelled.abort();
    this.remember(wakeId, cancelled);
  }

  /** The next wake that is still wanted; waits for one. @throws the signal's reason when aborted. */
  async take(signal: AbortSignal): Promise<QueuedWake> {
    for (;;) {
      const wake = this.waiting.shift() ?? (await this.arrival(signal));
      if (!wake.signal.aborted) return wake;
    }
  }

  close(): void {
    for (const controller of this.known.values()) controller.abort();
  }

  private put(wake: QueuedWake): void {
    const taker = this.takers.shift();
    if (taker) taker(wake);
    else this.waiting.push(wake);
  }

  private arrival(signal: AbortSignal): Promise<QueuedWake> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const taker = (wake: QueuedWake) => {
        signal.removeEventListener("abort", leave);
        resolve(wake);
      };
      const leave = () => {
        this.takers.splice(this.takers.indexOf(taker), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.takers.push(taker);
    });
  }

  private remember(wakeId: string, controller: AbortController): void {
    this.known.set(wakeId, controller);
    if (this.known.size <= MAX_REMEMBERED) return;
    // What is over is forgotten first: what is tried must stay within reach of its cancel.
    for (const [id, { signal }] of this.known) if (signal.aborted) return void this.known.delete(id);
    for (const [id, oldest] of this.known) {
      oldest.abort();
      return void this.known.delete(id);
    }
  }
}
