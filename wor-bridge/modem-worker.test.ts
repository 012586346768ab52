import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { CallEnd } from "../hardware/modem/modem.js";
import { WorError } from "../process/errors.js";
import { createLog } from "../process/log.js";
import { type WakeModem, workModem } from "./modem-worker.js";
import { ringJob, smsJob } from "./wake-fixture.js";
import { WakeQueue } from "./wake-queue.js";

const RING_SECONDS = 12;

/** Says what it did, and fails as often as it is told to. */
class FakeModem implements WakeModem {
  state: WakeModem["state"] = "registered";
  readonly did: string[] = [];
  readonly failures: WorError[] = [];
  /** The far end of the ring that is on. */
  farEnd: (end: CallEnd) => void = () => {};
  registers: () => void = () => {};
  /** Dialling lasts until it is given up. */
  slow = false;

  ready(timeoutMs: number): Promise<void> {
    if (this.state === "registered") return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new WorError("modem-not-ready", "searching")), timeoutMs);
      this.registers = () => {
        this.state = "registered";
        clearTimeout(timer);
        resolve();
      };
    });
  }
  async dial(to: string, { signal }: { signal?: AbortSignal }) {
    this.did.push(`dial ${to}`);
    if (this.slow) await aborted(signal);
    this.fail();
    const ended = new Promise<CallEnd>((resolve) => Object.assign(this, { farEnd: resolve }));
    return { ended, hangUp: async () => void this.did.push("hang up") };
  }
  async sendSms(to: string, text: string) {
    this.did.push(`sms ${to} ${text}`);
    this.fail();
    return { references: [1] };
  }
  private fail(): void {
    const failure = this.failures.shift();
    if (failure) throw failure;
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(new WorError("dial-aborted", "given up")));
  });
}

describe("a modem's worker", () => {
  let modem: FakeModem;
  let queue: WakeQueue;
  let reports: string[];
  let stop: AbortController;
  let worker: Promise<void>;

  beforeEach(() => {
    jest.useFakeTimers();
    modem = new FakeModem();
    queue = new WakeQueue();
    reports = [];
    stop = new AbortController();
    const report = (message: { type: string; fault?: string }) =>
      void reports.push([message.type, message.fault].filter(Boolean).join(" "));
    const log = createLog("test", "silent");
    worker = workModem(modem, queue, { ringSeconds: RING_SECONDS, log, report }, stop.signal);
  });
  afterEach(async () => {
    stop.abort();
    queue.close();
    await worker;
    modem.registers();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1_000);
  async function wake(job = ringJob(45_000)) {
    queue.add(job, Date.now());
    await pass(0);
    return job;
  }

  test("sends one SMS, says so, and takes the next", async () => {
    const job = await wake(smsJob());
    await wake(smsJob());
    expect(modem.did).toEqual([`sms ${job.tel} WOR`, `sms ${job.tel} WOR`]);
    expect(reports).toEqual(["sent", "sent"]);
  });

  test("rings for a while, hangs up, and rings again until the wake expires", async () => {
    await wake(ringJob(30_000));
    expect(modem.did).toEqual(["dial +818000000101"]);
    expect(reports).toEqual(["sent"]);
    await pass(RING_SECONDS);
    expect(modem.did.slice(1)).toEqual(["hang up"]);
    await pass(1);
    expect(modem.did.slice(2)).toEqual(["dial +818000000101"]);
    await pass(40);
    expect(modem.did.at(-1)).toBe("hang up");
    expect(modem.did.filter((what) => what === "hang up")).toHaveLength(modem.did.length / 2);
    expect(reports.every((report) => report === "sent")).toBe(true);
  });

  test("a cancel while it rings hangs up at once, and nothing rings again", async () => {
    const job = await wake();
    await pass(3);
    queue.cancel(job.wakeId);
    await pass(0);
    expect(modem.did).toEqual(["dial +818000000101", "hang up"]);
    await pass(60);
    expect(modem.did).toHaveLength(2);
  });

  test("a cancel while it dials gives it up, and nothing is reported", async () => {
    modem.slow = true;
    const job = await wake();
    const next = await wake(smsJob());
    queue.cancel(job.wakeId);
    await pass(0);
    expect(modem.did).toEqual(["dial +818000000101", `sms ${next.tel} WOR`]);
    expect(reports).toEqual(["sent"]);
  });

  test("a ring that the far end ends is tried again", async () => {
    await wake();
    modem.farEnd("no-answer");
    await pass(1);
    expect(modem.did).toEqual(["dial +818000000101", "hang up", "dial +818000000101"]);
  });

  test.each([
    ["busy", "failed terminal"],
    ["no-carrier", "failed terminal"],
    ["no-answer", "failed terminal"],
    ["dial-timeout", "failed bridge"],
    ["modem-not-ready", "failed bridge"],
    ["at-timeout", "failed bridge"],
  ])("%s is reported as %s and tried again", async (code, report) => {
    modem.failures.push(new WorError(code, "no"));
    await wake();
    expect(reports).toEqual([report]);
    await pass(1);
    expect(reports).toEqual([report, "sent"]);
  });

  test("retries are further and further apart, up to 5 s, and end with the wake", async () => {
    for (let n = 0; n < 100; n += 1) modem.failures.push(new WorError("cms-331", "no network"));
    await wake(smsJob(20_000));
    const seconds: number[] = [];
    for (let second = 1; second <= 60; second += 1) {
      const before = modem.did.length;
      await pass(1);
      if (modem.did.length > before) seconds.push(second);
    }
    expect(seconds).toEqual([1, 3, 7, 12, 17]);
    expect(new Set(reports)).toEqual(new Set(["failed bridge"]));
  });

  test("a terminal that is not reached does not keep the modem from another", async () => {
    modem.failures.push(new WorError("no-carrier", "not reached"));
    await wake({ ...ringJob(20_000), tel: "+818000000666" });
    await wake(ringJob(20_000));
    expect(modem.did).toEqual(["dial +818000000666", "dial +818000000101"]);
    expect(reports).toEqual(["failed terminal", "sent"]);
  });

  test("a call that is answered is not made again, and not taken for a ring that wakes", async () => {
    await wake(ringJob(60_000));
    modem.farEnd("answered");
    await pass(30);
    expect(modem.did).toEqual(["dial +818000000101", "hang up"]);
    expect(reports).toEqual(["sent", "failed terminal"]);
  });

  test("a modem that is not ready is reported at once, then waited for", async () => {
    modem.state = "searching";
    await wake();
    expect(reports).toEqual(["failed bridge"]);
    await pass(10);
    modem.registers();
    await pass(0);
    expect(reports).toEqual(["failed bridge", "sent"]);
  });

  test("a modem that is never ready does not hold the next wake longer than this one lives", async () => {
    modem.state = "locked";
    await wake(ringJob(5_000));
    const next = await wake(smsJob(20_000));
    await pass(6);
    modem.registers();
    await pass(0);
    expect(modem.did).toEqual([`sms ${next.tel} WOR`]);
  });

  test("a cancel ends the waiting for a modem that is not ready", async () => {
    modem.state = "searching";
    const job = await wake();
    queue.cancel(job.wakeId);
    await pass(0);
    modem.registers();
    await pass(60);
    expect(modem.did).toEqual([]);
  });

  test("stopping hangs up", async () => {
    await wake();
    stop.abort();
    queue.close();
    await worker;
    expect(modem.did).toEqual(["dial +818000000101", "hang up"]);
  });
});
