import { z } from "zod";
import type { Closable } from "../../process/lifecycle.js";

/** Where a terminal's sound comes from and goes to. */
export const SoundConfig = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("file"),
    capture: z.string().min(1).describe("WAV file that is the microphone; repeated"),
    playback: z.string().min(1).optional().describe("WAV file that records the loudspeaker"),
    maxSeconds: z.number().int().min(1).max(3_600).default(600).describe("longest recording"),
  }),
  z.strictObject({
    kind: z.literal("alsa"),
    captureDevice: z.string().min(1).default("default").describe("ALSA device of the microphone"),
    playbackDevice: z.string().min(1).default("default").describe("ALSA device of the loudspeaker"),
    playback: z.string().min(1).optional().describe("WAV file that also records the loudspeaker"),
    maxSeconds: z.number().int().min(1).max(3_600).default(600).describe("longest recording"),
  }),
]);
export type SoundConfig = z.infer<typeof SoundConfig>;

/**
 * A microphone and a loudspeaker: 48 kHz, 16 bit, mono, frames of 10 ms (`Int16Array(480)`).
 *
 * - The microphone is silent and unread until `start`, which resolves once it delivers; it is called at most once.
 * - Every frame handed to `onFrame` has a buffer of its own, and the receiver may keep it.
 * - `play` never blocks, never throws and never builds up delay: what comes faster than it can be heard is dropped.
 *   It may be called before `start`, with gaps, and after `close`, where it does nothing.
 * - A microphone or loudspeaker that goes away later is logged and tried again; it does not end the call.
 * - `close` is idempotent; when it resolves recordings are on disk and no process, timer or handle is left.
 */
export interface Sound extends Closable {
  /** @throws WorError `sound` when the microphone cannot be opened. */
  start(onFrame: (frame: Int16Array) => void): Promise<void>;
  play(frame: Int16Array): void;
  close(): Promise<void>;
}

/** What a sound logs to; a pino logger is one. The media child has none of its own and passes its log to its parent. */
export interface SoundLog {
  debug(fields: object, event: string): void;
  warn(fields: object, event: string): void;
}
