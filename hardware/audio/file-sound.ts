import { FRAME_SAMPLES } from "./frames.js";
import { every10ms } from "./pacer.js";
import type { Sound, SoundConfig } from "./sound.js";
import { readWav48k } from "./wav.js";
import { WavRecorder } from "./wav-recorder.js";

/** Opens a WAV file as the microphone (repeated for ever) and, if wanted, another one as the loudspeaker. */
export async function openFileSound(config: Extract<SoundConfig, { kind: "file" }>): Promise<Sound> {
  const microphone = readWav48k(config.capture);
  const recorder =
    config.playback === undefined ? undefined : await WavRecorder.open(config.playback, config.maxSeconds);
  return new FileSound(microphone, recorder);
}

class FileSound implements Sound {
  private stop: (() => void) | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly microphone: Int16Array,
    private readonly recorder: WavRecorder | undefined,
  ) {}

  async start(onFrame: (frame: Int16Array) => void): Promise<void> {
    if (this.stop !== undefined || this.closing !== undefined) return;
    let at = 0;
    this.stop = every10ms(() => {
      onFrame(frameAt(this.microphone, at));
      at = (at + FRAME_SAMPLES) % this.microphone.length;
    });
  }

  play(frame: Int16Array): void {
    this.recorder?.write(frame);
  }

  close(): Promise<void> {
    this.stop?.();
    this.closing ??= this.recorder?.close() ?? Promise.resolve();
    return this.closing;
  }
}

/** One frame from `at` on, going round at the end. */
export function frameAt(samples: Int16Array, at: number): Int16Array {
  const frame = new Int16Array(FRAME_SAMPLES);
  for (let filled = 0; filled < FRAME_SAMPLES; ) {
    const from = (at + filled) % samples.length;
    const part = samples.subarray(from, from + FRAME_SAMPLES - filled);
    frame.set(part, filled);
    filled += part.length;
  }
  return frame;
}
