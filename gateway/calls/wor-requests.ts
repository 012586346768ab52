import { randomUUID } from "node:crypto";
import { reasonOf } from "../../process/errors.js";
import type { Logger } from "../../process/log.js";
import type { MasterTable } from "../db/master-table.js";
import type { TerminalRow } from "../db/schema.js";
import type { BridgeDown, BridgeUp, WithoutEnvelope } from "../protocol/messages.js";
import { encodeWakeToken } from "../protocol/wake-token.js";

export type ToBridge = WithoutEnvelope<BridgeDown>;

/** The bridges as the gateway sees them; declared here, provided by the broker. */
export interface BridgeLink {
  /** Connected bridges, the longest connected first. */
  connected(): string[];
  /** @param lifeMs after which the bridge must not act on it. */
  send(bridge: string, message: ToBridge, lifeMs: number): void;
}

export interface WakeOrder {
  callId: string;
  terminal: TerminalRow;
  deadlineMs: number;
  /** How long to wait for a bridge that is not connected before giving up. */
  bridgeGraceMs: number;
  requested(): void;
  sent(): void;
  bridgeGone(): void;
}

/** One wake under way. */
export interface Wake {
  /** The bridge's last word was that its modem could not ring or send. */
  readonly failing: boolean;
  /** What was really sent over the air. */
  readonly count: { ring: number; sms: number };
  cancel(): void;
}

/** WOR request communication (34): has a bridge ring the terminal or send it an SMS, and follows what becomes of it. */
export class WorRequests {
  private readonly underWay = new Map<string, PendingWake>();

  constructor(
    private readonly table: MasterTable,
    private readonly bridges: BridgeLink,
    private readonly log: Logger,
  ) {}

  request(order: WakeOrder): Wake {
    for (const earlier of this.underWay.values()) earlier.forgetIfExpired();
    const wake = new PendingWake(order, this.bridges, () => this.underWay.delete(wake.wakeId));
    this.underWay.set(wake.wakeId, wake);
    void this.prepare(wake, order);
    return wake;
  }

  fromBridge(bridge: string, message: BridgeUp): void {
    const wake = this.underWay.get(message.wakeId);
    this.log.info({ bridge, wakeId: message.wakeId, outcome: message.type }, "wake.report");
    if (wake?.bridge === bridge) wake.report(message);
  }

  bridgeConnected(bridge: string): void {
    for (const wake of this.underWay.values()) wake.bridgeConnected(bridge);
  }

  bridgeLost(bridge: string): void {
    for (const wake of this.underWay.values()) wake.bridgeLost(bridge);
  }

  private async prepare(wake: PendingWake, order: WakeOrder): Promise<void> {
    const { id, tel, way } = order.terminal;
    const ids = { wakeId: wake.wakeId, callId: order.callId, tel };
    if (way === "ring") return wake.begin({ type: "ring", ...ids });
    try {
      const { key, counter } = await this.table.nextWake(id);
      const expiry = Math.ceil((Date.now() + order.deadlineMs) / 1_000);
      wake.begin({ type: "sms", ...ids, text: encodeWakeToken(id, key, { callId: order.callId, counter, expiry }) });
    } catch (error) {
      this.log.error({ callId: order.callId, reason: reasonOf(error) }, "wake.not-prepared");
    }
  }
}

class PendingWake implements Wake {
  readonly wakeId = randomUUID();
  readonly count = { ring: 0, sms: 0 };
  failing = false;
  bridge: string | undefined;
  private message: ToBridge | undefined;
  private isSent = false;
  private over = false;
  /** Bridges that have it, or may have. */
  private readonly holders = new Set<string>();
  private grace: NodeJS.Timeout | undefined;
  private readonly expiresAt: number;

  constructor(
    private readonly order: WakeOrder,
    private readonly bridges: BridgeLink,
    private readonly forget: () => void,
  ) {
    this.expiresAt = Date.now() + order.deadlineMs;
  }

  begin(message: ToBridge): void {
    if (this.over) return;
    this.message = message;
    this.hand();
  }

  report(message: BridgeUp): void {
    this.failing = message.type === "failed" && message.fault === "bridge";
    if (message.type !== "sent" || this.over) return;
    this.count[this.order.terminal.way] += 1;
    if (!this.isSent) this.order.sent();
    this.isSent = true;
  }

  bridgeConnected(bridge: string): void {
    // The same wake id again: a bridge that has it already does nothing.
    if (!this.over && (this.bridge === undefined || this.bridge === bridge)) this.hand();
    // It went away with a wake that is another bridge's by now, or nobody's.
    else this.release(bridge);
  }

  bridgeLost(bridge: string): void {
    // An SMS is on its way without the bridge; a ring ends with it.
    const onItsWay = this.isSent && this.order.terminal.way === "sms";
    if (this.bridge !== bridge || onItsWay) return;
    this.bridge = undefined;
    this.hand();
  }

  cancel(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.grace);
    for (const bridge of this.bridges.connected()) this.release(bridge);
    // A bridge that is away may ring still: it is told when it comes back.
    if (this.holders.size === 0) this.forget();
  }

  /** A bridge lets go of a wake by itself at its expiry. */
  forgetIfExpired(): void {
    if (this.over && this.expiresAt < Date.now()) this.forget();
  }

  private release(bridge: string): void {
    if (bridge === this.bridge && !this.over) return;
    if (this.holders.delete(bridge)) this.bridges.send(bridge, { type: "cancel", wakeId: this.wakeId }, 60_000);
    if (this.over && this.holders.size === 0) this.forget();
  }

  /** Hands the wake to a bridge, or gives the bridges a while to come back. */
  private hand(): void {
    if (this.message === undefined || this.over) return;
    const connected = this.bridges.connected();
    const bridge = connected.find((each) => each === this.bridge) ?? connected[0];
    clearTimeout(this.grace);
    if (bridge === undefined) {
      this.grace = setTimeout(this.order.bridgeGone, this.order.bridgeGraceMs);
      return;
    }
    const first = this.bridge === undefined;
    this.bridge = bridge;
    this.holders.add(bridge);
    this.bridges.send(bridge, this.message, Math.max(1, this.expiresAt - Date.now()));
    if (first) this.order.requested();
  }
}
