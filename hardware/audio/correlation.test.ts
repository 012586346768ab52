import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { similarity } from "./correlation.js";
import { readWav48k } from "./wav.js";

const SOUNDS = join(__dirname, "..", "..", "bench", "sounds");
const shark = readWav48k(join(SOUNDS, "shark.wav"));
const rabit = readWav48k(join(SOUNDS, "rabit.wav"));

describe("similarity", () => {
  test("of a speech with itself is 1, with another low", () => {
    expect(similarity(shark, shark)).toBeCloseTo(1);
    expect(similarity(shark, rabit)).toBeLessThan(0.3);
    expect(similarity(rabit, shark)).toBeLessThan(0.3);
  });

  test("does not depend on delay, volume and polarity", () => {
    const later = new Int16Array(shark.length + 31_337);
    later.set(
      shark.map((sample) => -sample / 20),
      31_337,
    );
    expect(similarity(later, shark)).toBeGreaterThan(0.95);
  });

  test("bears noise as loud as a quarter of the speech, and half of the speech missing", () => {
    const noisy = shark.map((sample, i) => sample / 2 + 500 * Math.sin(i * i));
    expect(similarity(noisy.subarray(0, noisy.length * 0.6), shark)).toBeGreaterThan(0.8);
  });

  test("of silence, of too little and of noise is next to nothing", () => {
    expect(similarity(new Int16Array(96_000), shark)).toBe(0);
    expect(similarity(shark, new Int16Array(96_000))).toBe(0);
    expect(similarity(shark.subarray(0, 1_000), shark)).toBe(0);
    expect(
      similarity(
        Int16Array.from({ length: 96_000 }, (_, i) => 9_000 * Math.sin(i * i)),
        shark,
      ),
    ).toBeLessThan(0.2);
  });
});
