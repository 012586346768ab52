import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { ringJob } from "./wake-fixture.js";
import { WakeQueue } from "./wake-queue.js";

describe("the queue of wakes", () => {
  let queue: WakeQueue;
  const never = new AbortController().signal;

  beforeEach(() => {
    jest.useFakeTimers();
    queue = new WakeQueue();
  });
  afterEach(() => {
    queue.close();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  function add(lifeMs = 10_000) {
    const job = ringJob(lifeMs);
    expect(queue.add(job, Date.now())).toBe(true);
    return job;
  }
  const taken = async () => (await queue.take(never)).job;

  test("first come, first served", async () => {
    const jobs = [add(), add(), add()];
    expect([await taken(), await taken(), await taken()]).toEqual(jobs);
  });

  test("who waits longest gets the next", async () => {
    const waiting = [taken(), taken()];
    const jobs = [add(), add()];
    expect(await Promise.all(waiting)).toEqual(jobs);
  });

  test("takes an id once, also after it was served", async () => {
    const job = add();
    expect(queue.add(job, Date.now())).toBe(false);
    await taken();
    expect(queue.add(job, Date.now())).toBe(false);
  });

  test("a wake cancelled while it waits is passed over", async () => {
    const [first, second] = [add(), add()];
    queue.cancel(first.wakeId);
    expect(await taken()).toBe(second);
  });

  test("a wake cancelled while it is tried is aborted", async () => {
    const job = add();
    const wake = await queue.take(never);
    expect(wake.signal.aborted).toBe(false);
    queue.cancel(job.wakeId);
    expect(wake.signal.aborted).toBe(true);
  });

  test("a cancel after the end, or twice, does nothing", async () => {
    const job = add();
    await taken();
    queue.cancel(job.wakeId);
    queue.cancel(job.wakeId);
    const next = add();
    expect(await taken()).toBe(next);
  });

  test("a cancel that overtakes its wake wins", async () => {
    const job = ringJob();
    queue.cancel(job.wakeId);
    expect(queue.add(job, Date.now())).toBe(false);
    const next = add();
    expect(await taken()).toBe(next);
  });

  test("a wake that is expired is not taken", () => {
    expect(queue.add(ringJob(0), Date.now())).toBe(false);
    expect(queue.add(ringJob(-1), Date.now())).toBe(false);
  });

  test("a wake expires while it waits, and while it is tried", async () => {
    add(100);
    const job = add(200);
    await jest.advanceTimersByTimeAsync(150);
    const wake = await queue.take(never);
    expect(wake.job).toBe(job);
    await jest.advanceTimersByTimeAsync(50);
    expect(wake.signal.aborted).toBe(true);
  });

  test("who stops waiting gets the reason, and loses nobody's wake", async () => {
    const stop = new AbortController();
    const stopped = queue.take(stop.signal);
    const waiting = taken();
    stop.abort(new Error("the bridge stops"));
    await expect(stopped).rejects.toThrow("the bridge stops");
    const job = add();
    expect(await waiting).toBe(job);
    await expect(queue.take(stop.signal)).rejects.toThrow("the bridge stops");
  });

  test("holds a thousand, and no more", () => {
    for (let n = 0; n < 1_000; n += 1) add();
    expect(queue.add(ringJob(), Date.now())).toBe(false);
  });

  test("closing aborts what is tried", async () => {
    add();
    const wake = await queue.take(never);
    queue.close();
    expect(wake.signal.aborted).toBe(true);
  });

  test("thousands of other ids later, what is tried can still be cancelled", async () => {
    const job = add();
    const wake = await queue.take(never);
    for (let n = 0; n < 2_100; n += 1) queue.cancel(`other-${n}`);
    queue.cancel(job.wakeId);
    expect(wake.signal.aborted).toBe(true);
  });
});
