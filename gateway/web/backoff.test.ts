import { describe, expect, test } from "@jest/globals";
import { backoffMs } from "./backoff.js";

describe("backoff", () => {
  test.each([
    [0, 0, 250],
    [0, 0.999999, 500],
    [1, 0.999999, 1_000],
    [3, 0, 2_000],
    [4, 0.999999, 8_000],
    [5, 0.999999, 10_000],
    [1_000, 0.999999, 10_000],
  ])("after %d failures with %d comes %d ms", (failures, random, expected) => {
    expect(backoffMs(failures, random)).toBe(expected);
  });
});
