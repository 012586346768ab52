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
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 5_000;
/** What the called end, not our modem, is the cause of. */
const TERMINALS_FAULT = new Set(["busy", "no-carrier", "no-answer"]);

/** One modem: takes wakes from the queue one after the other, and tries each until it is sent, cancelled or expired. */
export async function workModem(
  modem: WakeModem,
  queue: WakeQueue,
  options: WorkerOptions,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const wake = await queue.take(stop).catch(() => undefined);
    if (wake) await attemptUntilOver(modem, wake, options);
  }
}

async function attemptUntilOver(modem: WakeModem, wake: QueuedWake, options: WorkerOptions): Promise<void> {
  const { wakeId, type } = wake.job;
  for (let waitMs = FIRST_RETRY_MS; !wake.signal.aborted; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
    try {
      await modemReady(modem, wake, options);
      if (wake.job.type === "sms") {
        await modem.sendSms(wake.job.tel, wake.job.text, { validityMinutes: 5, timeoutMs: SMS_TIMEOUT_MS });
        options.log.info({ wakeId, way: type }, "wake.sent");
        return options.report({ type: "sent", wakeId });
      }
      await ring(modem, wake, options);
    } catch (error) {
      if (wake.signal.aborted) return;
      const fault = error instanceof WorError && TERMINALS_FAULT.has(error.code) ? "terminal" : "bridge";
      options.log.warn({ wakeId, way: type, fault, reason: reasonOf(error) }, "wake.failed");
      options.report({ type: "failed", wakeId, fault, why: reasonOf(error).slice(0, 200) });
    }
    await abortableWait(waitMs, wake.signal);
  }
}

/** A modem that is not ready now is reported, so that the caller learns why it takes so long; then it is waited for. */
async function modemReady(modem: WakeModem, { job, signal }: QueuedWake, { report }: WorkerOptions): Promise<void> {
  if (modem.state !== "registered")
    report({ type: "failed", wakeId: job.wakeId, fault: "bridge", why: `the bridge's modem is ${modem.state}` });
  await untilAborted(modem.ready(Math.max(1, job.exp - Date.now())), signal);
}

/** Rings until the gateway cancels (the terminal is on line, or nobody wants it any more) or the ring has lasted long enough. */
async function ring(modem: WakeModem, wake: QueuedWake, { ringSeconds, log, report }: WorkerOptions): Promise<void> {
  const { wakeId, tel } = wake.job;
  const call = await modem.dial(tel, { timeoutMs: DIAL_TIMEOUT_MS, signal: wake.signal });
  // It may have begun to ring just when nobody wanted it any more.
  if (wake.signal.aborted) return call.hangUp();
  log.info({ wakeId, way: "ring" }, "wake.sent");
  report({ type: "sent", wakeId });
  await Promise.race([abortableWait(ringSeconds * 1_000, wake.signal), call.ended]);
  await call.hangUp();
}

/** Its result, or a rejection as soon as nobody wants it any more. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
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
