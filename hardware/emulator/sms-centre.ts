import type { Deliver } from "../modem/pdu/deliver.js";
import type { Clock } from "./clock.js";

/** Who can be given a message. */
export interface SmsRecipient {
  /** False if it has no room: the message is kept until `retry`. */
  take(deliver: Deliver): boolean;
}

interface Waiting {
  to: string;
  deliver: Deliver;
  expiresAt: number;
  /** A message that found nobody is not, and waits for `retry`. */
  onItsWay: boolean;
}

/** TS 23.040 clause 3.2.6: kept while the recipient is away, until the validity period ends. */
const DEFAULT_VALIDITY_MINUTES = 3 * 24 * 60;
const CAPACITY = 1_000;

/** Store and forward: every message is tried once on its way and again whenever its recipient appears or has room. */
export class SmsCentre {
  private waiting: Waiting[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly deliveryMs: () => number,
    private readonly find: (number: string) => SmsRecipient | undefined,
  ) {}

  /** False if the centre is full. */
  accept(to: string, deliver: Deliver, validityMinutes: number | undefined): boolean {
    this.waiting = this.waiting.filter((message) => message.onItsWay || message.expiresAt >= this.clock.now());
    if (this.waiting.length >= CAPACITY) return false;
    const expiresAt = this.clock.now() + (validityMinutes ?? DEFAULT_VALIDITY_MINUTES) * 60_000;
    const message: Waiting = { to, deliver, expiresAt, onItsWay: false };
    this.waiting.push(message);
    this.send(message);
    return true;
  }

  /** Tries what waits for `number` again: it came back, or it made room. */
  retry(number: string): void {
    for (const message of this.waiting) if (message.to === number && !message.onItsWay) this.send(message);
  }

  private send(message: Waiting): void {
    message.onItsWay = true;
    this.clock.after(this.deliveryMs(), () => {
      message.onItsWay = false;
      const expired = this.clock.now() > message.expiresAt;
      if (expired || this.find(message.to)?.take(message.deliver)) {
        this.waiting = this.waiting.filter((other) => other !== message);
      }
    });
  }
}
