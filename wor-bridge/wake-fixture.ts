import { randomUUID } from "node:crypto";
import type { WakeJob } from "./wake-queue.js";

/** A wake by ring as the gateway asks for it, worth `lifeMs` from now on. */
export function ringJob(lifeMs = 10_000, wakeId = randomUUID()): WakeJob {
  const envelope = { v: 1, id: randomUUID(), seq: 0, exp: Date.now() + lifeMs } as const;
  return { ...envelope, type: "ring", wakeId, callId: randomUUID(), tel: "+818000000101" };
}

export function smsJob(lifeMs = 10_000): WakeJob {
  return { ...ringJob(lifeMs), type: "sms", text: "WOR" };
}
