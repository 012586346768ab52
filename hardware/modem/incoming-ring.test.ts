import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { CurrentCall } from "./commands/call.js";
import { IncomingRing } from "./incoming-ring.js";

const TIMES = { clipWaitMs: 1_000, gapMs: 12_000, pollMs: 2_000 };
const INCOMING: CurrentCall = { outgoing: false, state: "incoming", number: "+1555" };
const CANNOT_LIST = "cannot list";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function tracker(calls: () => CurrentCall[] | typeof CANNOT_LIST = () => [INCOMING]) {
  const events: string[] = [];
  const ring = new IncomingRing(TIMES, {
    ring: (number) => events.push(`ring ${number}`),
    ended: () => events.push("end"),
    listCalls: async () => {
      const listed = calls();
      if (listed === CANNOT_LIST) throw new Error(CANNOT_LIST);
      return listed;
    },
  });
  return { ring, events };
}

describe("incoming ring", () => {
  test("RING, then its number: told at once, and only once", async () => {
    const { ring, events } = tracker();
    ring.ring();
    ring.caller("+1555");
    expect(events).toEqual(["ring +1555"]);
    for (let interval = 0; interval < 5; interval += 1) {
      await jest.advanceTimersByTimeAsync(5_000);
      ring.ring();
      ring.caller("+1555");
    }
    ring.end();
    expect(events).toEqual(["ring +1555", "end"]);
  });

  test("H45 RING without a number", async () => {
    const { ring, events } = tracker();
    ring.ring();
    await jest.advanceTimersByTimeAsync(999);
    expect(events).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    ring.caller("+1555");
    expect(events).toEqual(["ring null"]);
  });

  test("H45 a number without RING", () => {
    const { ring, events } = tracker();
    ring.caller("+1555");
    ring.ring();
    expect(events).toEqual(["ring +1555"]);
  });

  test("H46 no NO CARRIER: the modem's calls tell", async () => {
    let calls = [INCOMING];
    const { ring, events } = tracker(() => calls);
    ring.caller("+1555");
    await jest.advanceTimersByTimeAsync(30_000);
    expect(events).toEqual(["ring +1555"]);
    calls = [];
    await jest.advanceTimersByTimeAsync(2_000);
    expect(events).toEqual(["ring +1555", "end"]);
  });

  test("H46 a modem that cannot list its calls: silence tells", async () => {
    const { ring, events } = tracker(() => CANNOT_LIST);
    ring.caller("+1555");
    await jest.advanceTimersByTimeAsync(6_000);
    ring.ring();
    await jest.advanceTimersByTimeAsync(11_999);
    expect(events).toEqual(["ring +1555"]);
    await jest.advanceTimersByTimeAsync(1);
    expect(events).toEqual(["ring +1555", "end"]);
  });

  test.each([500, 6_000])("H47 RINGs %i ms apart are one call", async (interval) => {
    const { ring, events } = tracker(() => CANNOT_LIST);
    for (let count = 0; count < 6; count += 1) {
      ring.ring();
      await jest.advanceTimersByTimeAsync(interval);
    }
    expect(events).toEqual(["ring null"]);
  });

  test("another number is another call", () => {
    const { ring, events } = tracker();
    ring.caller("+1555");
    ring.caller("+1666");
    expect(events).toEqual(["ring +1555", "end", "ring +1666"]);
  });

  test("over before its number came: still a ring", () => {
    const { ring, events } = tracker();
    ring.ring();
    ring.end();
    ring.end();
    expect(events).toEqual(["ring null", "end"]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
