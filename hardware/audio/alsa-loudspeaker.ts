import { spawn } from "node:child_process";
import type Speaker from "speaker";
import { WorError } from "../../process/errors.js";
import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE } from "./frames.js";
import { PlaybackBudget, PREFILL_MS } from "./playback-budget.js";
import type { SoundLog } from "./sound.js";

const PROBE_DEADLINE_MS = 3_000;
const REOPEN_MS = 1_000;
/** 20 ms not yet taken by the device: with `PlaybackBudget` the second bound, for a device slower than the clock. */
const MAX_PENDING_BYTES = 2 * 2 * FRAME_SAMPLES;
const PREFILL = Buffer.alloc((2 * FRAME_SAMPLES * PREFILL_MS) / FRAME_MS);

/** An ALSA playback device through `speaker`. Probe it first: see {@link probeLoudspeaker}. */
export class AlsaLoudspeaker {
  private speaker: Speaker | undefined;
  private budget = new PlaybackBudget();
  private reopenAt = 0;
  private isClosed = false;

  constructor(
    private readonly SpeakerClass: typeof Speaker,
    private readonly device: string,
    private readonly log: SoundLog,
  ) {}

  play(frame: Int16Array): void {
    const now = performance.now();
    if (this.isClosed || now < this.reopenAt) return;
    this.speaker ??= this.open();
    if (this.speaker.writableLength > MAX_PENDING_BYTES) return;
    const verdict = this.budget.take(now);
    if (verdict === "drop") return;
    if (verdict === "prefill-and-frame") this.speaker.write(PREFILL);
    this.speaker.write(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  }

  close(): void {
    this.isClosed = true;
    // Not end(): that blocks the event loop until everything is played.
    this.speaker?.close(true);
  }

  private open(): Speaker {
    const options = { channels: 1, bitDepth: 16, sampleRate: SAMPLE_RATE, device: this.device };
    const speaker = new this.SpeakerClass(options);
    speaker.on("error", (error) => {
      // A speaker that failed once never writes again. After close() the error says only that it was closed.
      if (this.isClosed || this.speaker !== speaker) return;
      this.log.warn({ device: this.device, reason: error.message }, "sound.loudspeaker-lost");
      this.speaker = undefined;
      this.budget = new PlaybackBudget();
      this.reopenAt = performance.now() + REOPEN_MS;
      speaker.close(true);
    });
    return speaker;
  }
}

/**
 * Plays a little silence on `device` with aplay. Loading `speaker` aborts the process when ALSA's default device cannot
 * be opened, so this comes before.
 * @throws WorError `sound`
 */
export function probeLoudspeaker(device: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) =>
      reject(new WorError("sound", `The loudspeaker (ALSA device ${device}) cannot be opened: ${why}`));
    const aplay = spawn(
      "aplay",
      ["-q", "-D", device, "-f", "S16_LE", "-c", "1", "-r", String(SAMPLE_RATE), "-t", "raw", "-"],
      { stdio: ["pipe", "ignore", "pipe"] },
    );
    const deadline = setTimeout(() => aplay.kill("SIGKILL"), PROBE_DEADLINE_MS);
    let complaint = "";
    aplay.stderr.on("data", (text: Buffer) => {
      complaint = `${complaint}${text}`.slice(-500);
    });
    aplay.stdin.on("error", () => {});
    aplay.on("error", (error) => {
      clearTimeout(deadline);
      refuse(`${error.message}; install alsa-utils`);
    });
    aplay.on("close", (code, signal) => {
      clearTimeout(deadline);
      if (code === 0) resolve();
      else if (signal !== null) refuse(`it does not play within ${PROBE_DEADLINE_MS / 1_000} s`);
      else refuse(`${lastLine(complaint) || `aplay ended with ${code}`}. List the devices with: aplay -L`);
    });
    aplay.stdin.end(PREFILL);
  });
}

/** ALSA's library complains at every level on the way up; the last word is aplay's own. */
function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
