import { describe, expect, test } from "@jest/globals";
import { inMs, lasted } from "./time-words.js";

describe("words of times", () => {
  test.each([
    [0, "0"],
    [1234.4, "1,234"],
    [-0.2, "0"],
    [1_000_000, "1,000,000"],
  ])("%d ms are %s", (ms, words) => expect(inMs(ms)).toBe(words));

  test.each([
    [-5, "0 s"],
    [999, "0 s"],
    [7_900, "7 s"],
    [60_000, "1:00"],
    [605_000, "10:05"],
  ])("%d ms lasted %s", (ms, words) => expect(lasted(ms)).toBe(words));
});
