import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { WorError } from "../../process/errors.js";
import type { AtCommand } from "./at-command.js";
import { atError, errorOfFinal } from "./at-error.js";
import { Digester } from "./digester.js";
import { LineSorter } from "./line-sorter.js";
import type { Urc, UrcRow } from "./urcs.js";

export interface AtChannelOptions {
  /** After its deadline a command keeps the line for so long, in case the final result comes late. */
  hangMs?: number;
  /** Rest between a final result and the next command, for modems that need it. */
  restMs?: number;
  /** The pause on either side of +++ (V.250 S12), and how long its OK may take. */
  guardMs?: number;
  /** Every line, PDUs and numbers included: the owner masks them. */
  trace?: (direction: "tx" | "rx", text: string) => void;
}

const QUEUE_LIMIT = 32;
const LINES_LIMIT = 1_000;
/** How long an OK that some modems leave out is waited for. */
const OK_GRACE_MS = 300;
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
export class AtChannel extends EventEmitter<{ urc: [Urc]; data: [Uint8Array]; dead: [WorError] }> {
  private readonly digester = new Digester();
  private readonly sorter: LineSorter;
  private readonly queue: Pending[] = [];
  private current: Pending | undefined;
  /** The command in flight has been settled; only its final result is waited for. */
  private expired = false;
  /** An OK came which does not end the command in flight. */
  private okSeen = false;
  /** After CONNECT: what comes is data, not lines. */
  private online = false;
  private timer: NodeJS.Timeout | undefined;
  private restTimer: NodeJS.Timeout | undefined;
  private death: WorError | undefined;
  private readonly hangMs: number;
  private readonly guardMs: number;
  private restMs: number;
  private readonly trace: (direction: "tx" | "rx", text: string) => void;

  constructor(
    private readonly stream: Duplex,
    { hangMs = 10_000, restMs = 0, guardMs = 1_000, trace = () => {} }: AtChannelOptions = {},
  ) {
    super();
    this.hangMs = hangMs;
    this.restMs = restMs;
    this.guardMs = guardMs;
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

  /** What is known of the modem only after it has told its make. */
  adapt({ urcs, restMs }: { urcs: readonly UrcRow[]; restMs: number }): void {
    this.sorter.know(urcs);
    this.restMs = restMs;
  }

  /** From data back to commands, leaving the connection up (V.250 clause 6.1.1, and S12). */
  async leaveData(): Promise<void> {
    if (!this.online) return;
    await pause(this.guardMs);
    this.write("+++");
    // The OK comes when the modem has seen the pause behind it; what comes until then may still be data.
    await pause(this.guardMs * 1.5);
    this.online = false;
    this.next();
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
    if (this.online) {
      this.emit("data", chunk);
      return;
    }
    for (const piece of this.digester.push(chunk)) {
      if (this.death !== undefined) return;
      if (piece.kind === "prompt") this.answerPrompt();
      else this.takeLine(piece.text);
      if (!this.online) continue;
      const data = chunk.subarray(this.digester.taken);
      if (data.length > 0) this.emit("data", data);
      return;
    }
  };

  private next(): void {
    if (this.current !== undefined || this.restTimer !== undefined || this.online) return;
    const pending = this.queue.shift();
    if (pending === undefined) return;
    this.current = pending;
    this.expired = false;
    this.okSeen = false;
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
    if (text !== "") this.trace("rx", text);
    for (const { kind, text: sorted } of this.sorter.sort(text)) {
      if (this.current === undefined) continue;
      if (kind === "final") this.finish(this.current, sorted);
      else this.takeAnswer(this.current, sorted);
    }
    this.digester.keepText(this.sorter.inText);
  }

  private takeAnswer(pending: Pending, line: string): void {
    if (pending.lines.length < LINES_LIMIT) pending.lines.push(line);
    if (this.expired) return;
    if (this.okSeen && pending.command.answerAfterOk) {
      pending.settle(undefined, pending.lines);
      this.release();
    } else if (pending.command.okMayBeMissing) this.awaitOk(pending);
  }

  /** The answer is given out after a while even without OK; an OK that comes later still finds the line taken. */
  private awaitOk(pending: Pending): void {
    if (pending.lines.length > 1) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.expired = true;
      pending.settle(undefined, pending.lines);
      this.timer = setTimeout(() => this.release(), pending.command.timeoutMs);
    }, OK_GRACE_MS);
  }

  private finish(pending: Pending, final: string): void {
    const { command, lines } = pending;
    if (final === "OK" && lines.length === 0 && !this.expired && (command.mustAnswer || command.answerAfterOk)) {
      this.okSeen = true;
      return;
    }
    if (!this.expired) {
      this.online = command.connects === true && final.startsWith("CONNECT");
      pending.settle(this.online ? undefined : errorOfFinal(final, nameOf(command)), lines);
    }
    this.release();
  }

  /** The line is free for the next command. */
  private release(): void {
    clearTimeout(this.timer);
    this.current = undefined;
    this.sorter.end();
    this.digester.expectPrompt(false);
    this.digester.keepText(false);
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
    if (command.repeatable || (this.okSeen && command.answerAfterOk)) return this.release();
    if (command.payload !== undefined) this.escape();
    this.timer = setTimeout(() => {
      if (this.okSeen) return this.release();
      this.close(atError("modem-hung", `the modem did not answer ${nameOf(command)} at all`));
    }, this.hangMs);
  }
}

function nameOf({ text, shown }: AtCommand<unknown>): string {
  return shown ?? text;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
