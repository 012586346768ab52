import { join } from "node:path";
import type { Recording } from "node-record-lpcm16";
import { reasonOf, WorError } from "../../process/errors.js";
import { FrameCutter, SAMPLE_RATE } from "./frames.js";
import type { SoundLog } from "./sound.js";

const FIRST_SOUND_DEADLINE_MS = 5_000;
const REOPEN_MS = 1_000;
const MAX_STDERR = 500;

type Recorder = typeof import("node-record-lpcm16");

/** An ALSA capture device through node-record-lpcm16 and arecord. */
export class AlsaMicrophone {
  private recording: Recording | undefined;
  private reopening: NodeJS.Timeout | undefined;
  private giveUp: (() => void) | undefined;
  private isClosed = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly device: string,
    private readonly log: SoundLog,
  ) {}

  /**
   * Resolves with the first frame. A microphone that goes away after that is opened again every second.
   * @throws WorError `sound`
   */
  start(onFrame: (frame: Int16Array) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOpen = false;
      const refuse = (why: string) => {
        clearTimeout(deadline);
        this.isClosed = true;
        this.recording?.process.kill("SIGKILL");
        reject(new WorError("sound", `The microphone (ALSA device ${this.device}) cannot be opened: ${why}`));
      };
      const deadline = setTimeout(
        () => refuse(`no sound within ${FIRST_SOUND_DEADLINE_MS / 1_000} s`),
        FIRST_SOUND_DEADLINE_MS,
      );
      this.giveUp = () => isOpen || refuse("closed while it was being opened");
      const open = () =>
        this.record(
          (frame) => {
            if (!isOpen) resolve();
            isOpen = true;
            clearTimeout(deadline);
            onFrame(frame);
          },
          (why) => {
            if (this.isClosed) return;
            if (!isOpen) return refuse(`${why}. List the devices with: arecord -L`);
            this.log.warn({ device: this.device, reason: why }, "sound.microphone-lost");
            this.reopening = setTimeout(open, REOPEN_MS);
          },
        );
      open();
    });
  }

  /** Resolves when arecord is gone. */
  async close(): Promise<void> {
    this.giveUp?.();
    this.isClosed = true;
    clearTimeout(this.reopening);
    const process = this.recording?.process;
    if (process?.pid === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const gone = new Promise((resolve) => process.once("exit", resolve));
    // Not stop(): arecord takes its time over SIGTERM when the device hangs, and there is nothing to save.
    process.kill("SIGKILL");
    await gone;
  }

  private record(onFrame: (frame: Int16Array) => void, onEnd: (why: string) => void): void {
    let recording: Recording;
    try {
      recording = this.recorder.record({
        device: this.device,
        sampleRate: SAMPLE_RATE,
        channels: 1,
        audioType: "raw",
        recorder: join(__dirname, "arecord-recorder.js"),
      });
    } catch (error) {
      return onEnd(reasonOf(error));
    }
    this.recording = recording;
    const cutter = new FrameCutter();
    let complaint = "";
    let ended = false;
    const end = (why: string) => {
      if (!ended) onEnd(why);
      ended = true;
    };
    recording.process.stderr?.on("data", (text: Buffer) => {
      complaint = `${complaint}${text}`.slice(0, MAX_STDERR);
    });
    // Without these two a missing arecord and every stop() are uncaught.
    recording.process.on("error", (error) => end(`${error.message}; install alsa-utils`));
    recording.stream().on("error", () => {});
    recording.process.on("close", (code) => end(complaint.trim() || `arecord ended (${code})`));
    recording.stream().on("data", (chunk: Buffer) => {
      if (!this.isClosed) for (const frame of cutter.push(chunk)) onFrame(frame);
    });
  }
}
