import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Closable } from "../../process/lifecycle.js";

const KILL_MS = 4_000;
const TAIL_CHARS = 4_000;
// Debian's daemons are in sbin, which a user's PATH need not have.
const DIRECTORIES = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/** The environment of programs of others: all are found, and they speak English. */
export const PROGRAM_ENV: NodeJS.ProcessEnv = { ...process.env, PATH: DIRECTORIES.join(delimiter), LC_ALL: "C.UTF-8" };

export function isInstalled(command: string): boolean {
  return DIRECTORIES.some((directory) => existsSync(join(directory, command)));
}

/** A program that runs until it is closed, with all that it started. */
export class Daemon implements Closable {
  /** The end of what it said. */
  output = "";
  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;

  constructor(
    readonly name: string,
    args: string[],
    env: NodeJS.ProcessEnv = PROGRAM_ENV,
  ) {
    // A process group of its own: smsd has a process for each modem.
    this.child = spawn(name, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.exited = new Promise((resolve) => {
      this.child.on("error", (error) => {
        this.hear(error.message);
        resolve();
      });
      this.child.on("close", () => resolve());
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on("data", (text) => this.hear(`${text}`));
  }

  async close(): Promise<void> {
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), KILL_MS);
    await this.exited;
    clearTimeout(timer);
  }

  private hear(text: string): void {
    this.output = (this.output + text).slice(-TAIL_CHARS);
  }

  private signal(name: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, name);
    } catch {
      // It has gone.
    }
  }
}
