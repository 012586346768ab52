/** Sound inside a terminal: 48 kHz, 16 bit, mono, in frames of 10 ms (what wrtc takes and gives). */
export const SAMPLE_RATE = 48_000;
export const FRAME_MS = 10;
export const FRAME_SAMPLES = (SAMPLE_RATE * FRAME_MS) / 1_000;

/** Root mean square of the samples, 0..32768. */
export function level(samples: Int16Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

/** Cuts a byte stream of 16-bit little-endian samples into frames, each with a buffer of its own. */
export class FrameCutter {
  private frame = new Int16Array(FRAME_SAMPLES);
  private bytes = new Uint8Array(this.frame.buffer);
  private filled = 0;

  /** @returns the frames that `chunk` completes; the rest waits for the next chunk. */
  push(chunk: Uint8Array): Int16Array[] {
    const frames: Int16Array[] = [];
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + this.bytes.length - this.filled);
      this.bytes.set(part, this.filled);
      this.filled += part.length;
      at += part.length;
      if (this.filled < this.bytes.length) break;
      frames.push(this.frame);
      this.frame = new Int16Array(FRAME_SAMPLES);
      this.bytes = new Uint8Array(this.frame.buffer);
      this.filled = 0;
    }
    return frames;
  }
}
