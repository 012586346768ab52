import type { BridgeUp, WithoutEnvelope } from "../gateway/protocol/messages.js";
import type { Modem } from "../hardware/modem/modem.js";
import { reasonOf, WorError } from "../process/errors.js";
import type { Logger } from "../process/log.js";
import type { QueuedWake, WakeQueue } from "./wake-queue.js";

/** What a wake needs of a modem. */
export type WakeModem = Pick<Modem, "state" | "ready" | "dial" | "sendSms">;

export interface WorkerOptions {
  ringSeconds: number;
  log: Logger;
  report(message: WithoutEnvelope<BridgeUp>): void;
}

const DIAL_TIMEOUT_MS = 20_000;
const SMS_TIMEOUT_MS = 30_000;
const READY_TURN_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 5_000;
/** What the called end, not our modem, is the cause of. */
const TERMINALS_FAULT = new Set(["busy", "no-carrier", "no-answer"]);

/**
 * One modem: takes one wake after the other, and tries each once. What was not sent, or rang in vain, goes back behind the
 * others, so that a terminal which is not reached never keeps the modem from one that is.
 */
export async function workModem(
  modem: WakeModem,
  queue: WakeQueue,
  options: WorkerOptions,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    // Another modem may take the wakes meanwhile.
    if (modem.state !== "registered") await untilReady(modem, stop);
    const wake = await queue.take(stop).catch(() => undefined);
    if (wake && (await attempt(modem, wake, options)) === "again")
      queue.later(wake, Math.min(FIRST_RETRY_MS * 2 ** wake.attempts, LAST_RETRY_MS));
  }
}

async function untilReady(modem: WakeModem, stop: AbortSignal): Promise<void> {
  while (!stop.aborted && modem.state !== "registered")
    await Promise.race([modem.ready(READY_TURN_MS).catch(() => {}), abortableWait(READY_TURN_MS, stop)]);
}

async function attempt(modem: WakeModem, wake: QueuedWake, options: WorkerOptions): Promise<"over" | "again"> {
  const { wakeId, type } = wake.job;
  const failed = (fault: "bridge" | "terminal", why: string) => {
    options.log.warn({ wakeId, way: type, fault, reason: why }, "wake.failed");
    options.report({ type: "failed", wakeId, fault, why: why.slice(0, 200) });
  };
  if (modem.state !== "registered") {
    failed("bridge", `the bridge's modem is ${modem.state}`);
    return "again";
  }
  try {
    if (wake.job.type === "ring") {
      if ((await ring(modem, wake, options)) !== "answered") return "again";
      failed("terminal", "the call was answered, by a person or a mailbox: a ring cannot wake this terminal");
      return "over";
    }
    await modem.sendSms(wake.job.tel, wake.job.text, { validityMinutes: 5, timeoutMs: SMS_TIMEOUT_MS });
    options.log.info({ wakeId, way: type }, "wake.sent");
    options.report({ type: "sent", wakeId });
    return "over";
  } catch (error) {
    if (wake.signal.aborted) return "over";
    failed(error instanceof WorError && TERMINALS_FAULT.has(error.code) ? "terminal" : "bridge", reasonOf(error));
    return "again";
  }
}

/** Rings until the gateway cancels (the terminal is on line, or nobody wants it any more) or the ring has lasted long enough. */
async function ring(
  modem: WakeModem,
  wake: QueuedWake,
  { ringSeconds, log, report }: WorkerOptions,
): Promise<"answered" | "rang"> {
  const { wakeId, tel } = wake.job;
  const call = await modem.dial(tel, { timeoutMs: DIAL_TIMEOUT_MS, signal: wake.signal });
  // It may have begun to ring just when nobody wanted it any more.
  if (wake.signal.aborted) {
    await call.hangUp();
    return "rang";
  }
  log.info({ wakeId, way: "ring" }, "wake.sent");
  report({ type: "sent", wakeId });
  const end = await Promise.race([abortableWait(ringSeconds * 1_000, wake.signal), call.ended]);
  await call.hangUp();
  return end === "answered" ? "answered" : "rang";
}

function abortableWait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
