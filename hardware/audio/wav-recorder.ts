import { type FileHandle, open } from "node:fs/promises";
import { reasonOf, WorError } from "../../process/errors.js";
import { SAMPLE_RATE } from "./frames.js";

const HEADER_BYTES = 44;
/** Frames come in bunches; only a pause longer than this is a gap. */
const GAP_MS = 200;
/** How far what is played may run ahead of the clock before it is dropped (as a loudspeaker would). */
const AHEAD_MS = 1_000;
const BATCH_BYTES = SAMPLE_RATE;

/**
 * Records frames into a WAV file at the time at which they come, counted from the first one: gaps become silence.
 * Sound is written while it comes (a long call does not fill the memory of a Pi), the lengths in the header at `close`.
 */
export class WavRecorder {
  private readonly batch: Buffer[] = [];
  private batchBytes = 0;
  private samples = 0;
  private startedAt: number | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failure: string | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly maxSamples: number,
    private readonly now: () => number,
  ) {}

  /** Creates or replaces `path`. @throws WorError `sound` */
  static async open(path: string, maxSeconds: number, now = () => performance.now()): Promise<WavRecorder> {
    try {
      const file = await open(path, "w");
      await file.write(header(0));
      return new WavRecorder(path, file, maxSeconds * SAMPLE_RATE, now);
    } catch (error) {
      throw cannotWrite(path, reasonOf(error));
    }
  }

  write(frame: Int16Array): void {
    if (this.closing !== undefined) return;
    this.startedAt ??= this.now();
    const elapsedMs = this.now() - this.startedAt;
    const behindMs = elapsedMs - (this.samples * 1_000) / SAMPLE_RATE;
    if (behindMs < -AHEAD_MS) return;
    if (behindMs > GAP_MS) this.append(Buffer.alloc(2 * this.fitting((behindMs * SAMPLE_RATE) / 1_000)));
    this.append(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  }

  /** @throws WorError `sound` when the recording could not be written. */
  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private fitting(samples: number): number {
    return Math.min(Math.round(samples), this.maxSamples - this.samples);
  }

  private append(bytes: Buffer): void {
    const fitting = bytes.subarray(0, 2 * this.fitting(bytes.length / 2));
    if (fitting.length === 0) return;
    this.samples += fitting.length / 2;
    this.batch.push(fitting);
    this.batchBytes += fitting.length;
    if (this.batchBytes >= BATCH_BYTES) this.flush();
  }

  private flush(): void {
    const bytes = Buffer.concat(this.batch.splice(0));
    this.batchBytes = 0;
    this.writing = this.writing
      .then(() => this.file.appendFile(bytes))
      .catch((error: Error) => {
        this.failure ??= error.message;
      });
  }

  private async finish(): Promise<void> {
    this.flush();
    await this.writing;
    try {
      await this.file.write(header(this.samples), 0, HEADER_BYTES, 0);
      await this.file.sync();
    } catch (error) {
      this.failure ??= reasonOf(error);
    } finally {
      await this.file.close();
    }
    if (this.failure !== undefined) throw cannotWrite(this.path, this.failure);
  }
}

function cannotWrite(path: string, why: string): WorError {
  return new WorError("sound", `${path} cannot be written: ${why}. Name a file in a folder that exists as "playback"`);
}

/** RIFF header of 48 kHz, 16 bit, mono PCM. */
function header(samples: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(HEADER_BYTES - 8 + 2 * samples, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(SAMPLE_RATE, 24);
  bytes.writeUInt32LE(2 * SAMPLE_RATE, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(2 * samples, 40);
  return bytes;
}
