import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { reasonOf, WorError } from "../process/errors.js";

const State = z.strictObject({ wakeCounter: z.number().int().min(0) });

/** What a terminal must not forget over a power cut, in one small file that is replaced, never rewritten in place. */
export class DurableState {
  private state: z.infer<typeof State>;

  private constructor(
    private readonly file: string,
    state: z.infer<typeof State>,
  ) {
    this.state = state;
  }

  /**
   * Starts from zero when there is no file yet.
   * @throws WorError `state-file` when there is one that cannot be read: starting from zero would let old wakes in again.
   */
  static open(file: string): DurableState {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return new DurableState(file, { wakeCounter: 0 });
      throw new WorError("state-file", `${file}: cannot be read (${reasonOf(error)})`);
    }
    try {
      return new DurableState(file, State.parse(JSON.parse(text)));
    } catch {
      const advice = 'put {"wakeCounter": n} in it, n being the gateway\'s counter for this terminal';
      throw new WorError(
        "state-file",
        `${file}: is damaged, and without it an old wake SMS could be replayed; ${advice}`,
      );
    }
  }

  get wakeCounter(): number {
    return this.state.wakeCounter;
  }

  /** On disk when it returns; it never goes back. */
  saveWakeCounter(wakeCounter: number): void {
    if (wakeCounter <= this.state.wakeCounter) return;
    this.state = { ...this.state, wakeCounter };
    const next = `${this.file}.next`;
    const fd = openSync(next, "w", 0o600);
    try {
      writeSync(fd, JSON.stringify(this.state));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(next, this.file);
    const directory = openSync(dirname(this.file), "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}
