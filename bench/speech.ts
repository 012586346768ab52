import { join } from "node:path";
import { similarity } from "../hardware/audio/correlation.js";
import { readWav48k } from "../hardware/audio/wav.js";
import { SOUNDS } from "./main.js";

/** The other one's speech is under 0.2; the right one about 0.95, and still over 0.45 where an overloaded machine tears it. */
const SAME = 0.35;

/** What shark's and rabit's microphones hear on the bench: 48 kHz, 16 bit, mono. */
export function speechOf(who: "shark" | "rabit"): Int16Array {
  return readWav48k(join(SOUNDS, `${who}.wav`));
}

/** Whether that is what was heard, by its content and not by its level. */
export function isSpeechOf(who: "shark" | "rabit", heard: Int16Array): boolean {
  return similarity(heard, speechOf(who)) > SAME;
}
