import { describe, expect, test } from "@jest/globals";
import { AUDIBLE, meterOf, rootMeanSquare } from "./sound-level.js";

const tone = (amplitude: number) => Float32Array.from({ length: 480 }, (_, n) => amplitude * Math.sin(n / 7.64));

describe("sound level", () => {
  test("silence is not audible, a quiet tone is", () => {
    expect(rootMeanSquare(new Float32Array(480))).toBe(0);
    expect(rootMeanSquare(tone(0.01))).toBeGreaterThan(AUDIBLE);
    expect(rootMeanSquare(tone(0.001))).toBeLessThan(AUDIBLE);
  });

  test.each([
    [0, 0],
    [0.001, 0],
    [0.0224, 0.5],
    [0.502, 1],
    [1, 1],
  ])("a level of %d stands at %d", (level, at) => expect(meterOf(level)).toBeCloseTo(at, 2));
});
