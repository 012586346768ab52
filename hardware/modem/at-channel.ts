import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { WorError } from "../../process/errors.js";
import type { AtCommand } from "./at-command.js";
import { atError, errorOfFinal } from "./at-error.js";
import { Digester } from "./digester.js";
import { LineSorter } from "./line-sorter.js";
import type { Urc } from "./urcs.js";

export interface AtChannelOptions {
  /** After its deadline a command keeps the line for so long, in case the final result comes late. */
  hangMs?: number;
  /** Rest between a final result and the next command, for modems that need it. */
  restMs?: number;
  /** Every line, PDUs and numbers included: the owner masks them. */
  trace?: (direction: "tx" | "rx", text: string) => void;
}

const QUEUE_LIMIT = 32;
const LINES_LIMIT = 1_000;
const ESC = "\x1b";
const CTRL_Z = "\x1a";

interface Pending {
  command: AtCommand<unknown>;
  lines: string[];
  settle(error: WorError | undefined, lines: string[]): void;
}

/**
 * AT commands over a byte stream, strictly one at a time. A command whose deadline has passed fails to its caller but
 * keeps the line until its final result, or `hangMs`: a late OK must never answer the next command (H19). After that
 * the modem counts as hung and the channel is dead, as it is when the stream ends.
 */
export class AtChannel extends EventEmitter<{ urc: [Urc]; dead: [WorError] }> {
  private readonly digester = new Digester();
  private readonly sorter: LineSorter;
  private readonly queue: Pending[] = [];
  private current: Pending | undefined;
  private expired = false;
  private timer: NodeJS.Timeout | undefined;
  private restTimer: NodeJS.Timeout | undefined;
  private death: WorError | undefined;
  private readonly hangMs: number;
  private readonly restMs: number;
  private readonly trace: (direction: "tx" | "rx", text: string) => void;

  constructor(
    private readonly stream: Duplex,
    { hangMs = 10_000, restMs = 0, trace = () => {} }: AtChannelOptions = {},
  ) {
    super();
    this.hangMs = hangMs;
    this.restMs = restMs;
    this.trace = trace;
    this.sorter = new LineSorter((urc) => this.emit("urc", urc));
    stream.on("data", this.onData);
    stream.on("error", this.onGone);
    stream.on("close", this.onGone);
    stream.on("end", this.onGone);
  }

  /** The deadline is that of the command, from the moment it is written. */
  run<T>(command: AtCommand<T>): Promise<T> {
    if (this.death !== undefined) return Promise.reject(this.death);
    if (this.queue.length >= QUEUE_LIMIT) {
      return Promise.reject(atError("at-queue-full", `${QUEUE_LIMIT} commands wait for the modem already`));
    }
    return new Promise((resolve, reject) => {
      const settle = (error: WorError | undefined, lines: string[]) => {
        if (error !== undefined) return reject(error);
        try {
          resolve(command.parse(lines));
        } catch (cause) {
          reject(
            cause instanceof WorError
              ? cause
              : new WorError("at-answer", `${nameOf(command)}: answer not understood`, { cause }),
          );
        }
      };
      this.queue.push({ command, lines: [], settle });
      this.next();
    });
  }

  /** Gets a modem out of a prompt that an earlier run left it in (H20). */
  escape(): void {
    this.write(ESC);
  }

  /** Fails everything that waits; the stream is left to its owner. */
  close(reason: WorError): void {
    if (this.death !== undefined) return;
    this.death = reason;
    clearTimeout(this.timer);
    clearTimeout(this.restTimer);
    this.stream.off("data", this.onData).off("close", this.onGone).off("end", this.onGone);
    const waiting = this.expired || this.current === undefined ? [...this.queue] : [this.current, ...this.queue];
    this.queue.length = 0;
    this.current = undefined;
    for (const pending of waiting) pending.settle(reason, []);
    this.emit("dead", reason);
  }

  private readonly onGone = (error?: Error) => {
    this.close(atError("modem-closed", `the connection to the modem is gone${error ? `: ${error.message}` : ""}`));
  };

  private readonly onData = (chunk: Uint8Array) => {
    for (const piece of this.digester.push(chunk)) {
      if (this.death !== undefined) return;
      if (piece.kind === "prompt") this.answerPrompt();
      else this.takeLine(piece.text);
    }
  };

  private next(): void {
    if (this.current !== undefined || this.restTimer !== undefined) return;
    const pending = this.queue.shift();
    if (pending === undefined) return;
    this.current = pending;
    this.expired = false;
    this.sorter.begin(pending.command);
    this.digester.expectPrompt(pending.command.payload !== undefined);
    this.timer = setTimeout(() => this.expire(pending), pending.command.timeoutMs);
    this.send(pending.command.text, "\r");
  }

  private send(text: string, end: string): void {
    this.digester.expectEcho(text);
    this.trace("tx", text);
    this.write(text + end);
  }

  private write(text: string): void {
    if (this.death === undefined && !this.stream.destroyed) this.stream.write(text, "latin1");
  }

  private answerPrompt(): void {
    const payload = this.current?.command.payload;
    if (payload === undefined || this.expired) this.escape();
    else this.send(payload, CTRL_Z);
  }

  private takeLine(text: string): void {
    this.trace("rx", text);
    for (const { kind, text: sorted } of this.sorter.sort(text)) {
      if (kind === "final") this.finish(sorted);
      else if (this.current !== undefined && this.current.lines.length < LINES_LIMIT) this.current.lines.push(sorted);
    }
  }

  private finish(final: string): void {
    const pending = this.current;
    if (pending === undefined) return;
    if (!this.expired) pending.settle(errorOfFinal(final, nameOf(pending.command)), pending.lines);
    this.release();
  }

  /** The line is free for the next command. */
  private release(): void {
    clearTimeout(this.timer);
    this.current = undefined;
    this.sorter.end();
    this.digester.expectPrompt(false);
    if (this.restMs === 0) return this.next();
    this.restTimer = setTimeout(() => {
      this.restTimer = undefined;
      this.next();
    }, this.restMs);
  }

  private expire(pending: Pending): void {
    const { command } = pending;
    this.expired = true;
    pending.settle(atError("at-timeout", `${nameOf(command)} was not answered within ${command.timeoutMs} ms`), []);
    if (command.repeatable) return this.release();
    if (command.payload !== undefined) this.escape();
    this.timer = setTimeout(() => {
      this.close(atError("modem-hung", `the modem did not answer ${nameOf(command)} at all`));
    }, this.hangMs);
  }
}

function nameOf({ text, shown }: AtCommand<unknown>): string {
  return shown ?? text;
}
