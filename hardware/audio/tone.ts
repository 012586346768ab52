import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE } from "./frames.js";

/** A tone with its rhythm. `level`: of each frequency, 0..1 of full scale. */
export interface Tone {
  frequencies: readonly number[];
  level: number;
  onMs: number;
  offMs: number;
}

/** What rings at a terminal: 1 s on, 2 s off (the rhythm of Japanese exchanges), two high notes that small loudspeakers carry. */
export const RING_TONE: Tone = { frequencies: [880, 1_108], level: 0.2, onMs: 1_000, offMs: 2_000 };

/** Edges are faded over this time, or they click. */
const FADE_MS = 5;

/** The `index`th frame of `tone`, from the beginning of its rhythm. */
export function toneFrame(tone: Tone, index: number): Int16Array {
  const frame = new Int16Array(FRAME_SAMPLES);
  const fromMs = (index * FRAME_MS) % (tone.onMs + tone.offMs);
  if (fromMs >= tone.onMs) return frame;
  for (let i = 0; i < FRAME_SAMPLES; i++) {
    const ms = fromMs + (i * 1_000) / SAMPLE_RATE;
    let sum = 0;
    for (const frequency of tone.frequencies) sum += Math.sin((2 * Math.PI * frequency * ms) / 1_000);
    const fade = Math.max(0, Math.min(1, ms / FADE_MS, (tone.onMs - ms) / FADE_MS));
    frame[i] = 32_767 * tone.level * fade * sum;
  }
  return frame;
}
