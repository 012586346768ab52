import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Id, Tel } from "./ids.js";
import { Candidate, FirstReceived, IceServer, Sdp } from "./media.js";
import { Reason } from "./outcomes.js";

/**
 * What every MQTT message carries. `id`: one per message, so that a copy is dropped; `seq`: grows per sender;
 * `exp`: ms since the epoch by the sender's clock; an expired message is dropped.
 */
const envelope = {
  v: z.literal(1),
  id: z.uuid(),
  seq: z.number().int().min(0),
  exp: z.number().int().positive(),
};

export interface Enveloped {
  id: string;
  seq: number;
  exp: number;
}
/** What a sender says; {@link Envelopes} adds the rest. */
export type WithoutEnvelope<T> = T extends unknown ? Omit<T, "v" | "id" | "seq" | "exp"> : never;

const message = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ ...envelope, type: z.literal(type), ...shape });

/** Gateway -> terminal. `welcome` is pushed at login and answers "is there a call for me?". */
export const TerminalDown = z.discriminatedUnion("type", [
  message("welcome", { call: z.strictObject({ callId: Id, caller: Id }).nullable() }),
  message("offer", { callId: Id, caller: Id, sdp: Sdp, iceServers: z.array(IceServer).max(8) }),
  message("candidate", { callId: Id, candidate: Candidate }),
  message("hangup", { callId: Id, reason: Reason }),
]);
export type TerminalDown = z.infer<typeof TerminalDown>;

/** What made the terminal log in. */
export const WakeSource = z.enum(["ring", "sms"]);
export type WakeSource = z.infer<typeof WakeSource>;

/** Terminal -> gateway. */
export const TerminalUp = z.discriminatedUnion("type", [
  message("hello", { address: z.union([z.ipv4(), z.ipv6()]).nullable(), wokenBy: WakeSource }),
  message("alerting", { callId: Id }),
  message("answer", { callId: Id, sdp: Sdp }),
  message("candidate", { callId: Id, candidate: Candidate }),
  message("hangup", { callId: Id, reason: Reason }),
  message("received", { callId: Id, first: FirstReceived }),
]);
export type TerminalUp = z.infer<typeof TerminalUp>;

/** The ways to wake a terminal. */
export const WakeWay = z.enum(["ring", "sms"]);
export type WakeWay = z.infer<typeof WakeWay>;

/** Gateway -> bridge. A wake whose `exp` is past is not sent; `cancel` stops a ring and forgets what is not sent yet. */
export const BridgeDown = z.discriminatedUnion("type", [
  message("ring", { wakeId: Id, callId: Id, tel: Tel }),
  message("sms", { wakeId: Id, callId: Id, tel: Tel, text: z.string().min(1).max(160) }),
  message("cancel", { wakeId: Id }),
]);
export type BridgeDown = z.infer<typeof BridgeDown>;

/**
 * Bridge -> gateway. `sent`: the called modem rings, or the network took the SMS.
 * `failed`: tried, and tried again until `exp`; at fault is the bridge's own modem, or the terminal's (busy, not reached).
 */
export const BridgeUp = z.discriminatedUnion("type", [
  message("sent", { wakeId: Id }),
  message("failed", { wakeId: Id, fault: z.enum(["bridge", "terminal"]), why: z.string().max(200) }),
]);
export type BridgeUp = z.infer<typeof BridgeUp>;

/** Makes envelopes for one sender. `lifeMs`: how long a message is worth anything. */
export class Envelopes {
  private seq = 0;

  next(lifeMs: number): { v: 1; id: string; seq: number; exp: number } {
    return { v: 1, id: randomUUID(), seq: this.seq++, exp: Date.now() + lifeMs };
  }
}

/**
 * Parses one payload and drops what must not act: garbage, the expired, and copies (the last 1,000 ids are remembered).
 * @returns the message, or why it was dropped.
 */
export class Inbox<T extends Enveloped> {
  private readonly seen = new Set<string>();

  constructor(
    private readonly schema: z.ZodType<T>,
    private readonly now: () => number = Date.now,
  ) {}

  take(payload: Buffer | string): { message: T } | { dropped: "garbage" | "expired" | "duplicate"; why: string } {
    let json: unknown;
    try {
      json = JSON.parse(payload.toString());
    } catch {
      return { dropped: "garbage", why: "not JSON" };
    }
    const parsed = this.schema.safeParse(json);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return { dropped: "garbage", why: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}` };
    }
    const message = parsed.data;
    if (message.exp < this.now()) return { dropped: "expired", why: `${this.now() - message.exp} ms late` };
    if (this.seen.has(message.id)) return { dropped: "duplicate", why: message.id };
    this.remember(message.id);
    return { message };
  }

  private remember(id: string): void {
    this.seen.add(id);
    if (this.seen.size > 1_000) for (const oldest of this.seen) return void this.seen.delete(oldest);
  }
}
