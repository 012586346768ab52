import { describe, expect, test } from "@jest/globals";
import { PlaybackBudget } from "./playback-budget.js";

describe("playback budget", () => {
  test("frames in time are all written, after one prefill", () => {
    const budget = new PlaybackBudget();
    const verdicts = Array.from({ length: 100 }, (_, i) => budget.take(i * 10));
    expect(verdicts[0]).toBe("prefill-and-frame");
    expect(new Set(verdicts.slice(1))).toEqual(new Set(["frame"]));
  });

  test("a hiccup of 250 ms leaves no delay: what comes late in a burst is dropped beyond 80 ms", () => {
    const budget = new PlaybackBudget();
    budget.take(0);
    const burst = Array.from({ length: 25 }, () => budget.take(250));
    expect(burst.filter((verdict) => verdict !== "drop")).toHaveLength(6);
    expect(burst[0]).toBe("prefill-and-frame");
    expect(budget.take(260)).toBe("frame");
    expect(budget.take(260)).toBe("drop");
  });

  test("a sender 1 % too fast is held at 80 ms", () => {
    const budget = new PlaybackBudget();
    const verdicts = Array.from({ length: 10_000 }, (_, i) => budget.take(i * 9.9));
    const written = verdicts.filter((verdict) => verdict !== "drop").length * 10 + 20;
    expect(written - 9_999 * 9.9).toBeGreaterThan(60);
    expect(written - 9_999 * 9.9).toBeLessThanOrEqual(90);
  });
});
