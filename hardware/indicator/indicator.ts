import { EventEmitter } from "node:events";
import { reasonOf } from "../../process/errors.js";
import type { Closable } from "../../process/lifecycle.js";
import type { Logger } from "../../process/log.js";
import type { IndicatorConfig } from "./indicator-config.js";
import { IndicatorSocket } from "./indicator-socket.js";
import { JohnnyBoard } from "./johnny-board.js";
import { OUTPUTS, type Pattern } from "./patterns.js";
import { type ButtonAct, VirtualIo } from "./virtual-io.js";

/**
 * Lamp, buzzer, vibration and button of a terminal. A touch of the button is one event: `press` when it is let go, or
 * `hold` once it has lasted 500 ms. While nothing was shown and nobody touched the button johnny-five is not loaded.
 */
export class Indicator extends EventEmitter<{ press: []; hold: [] }> implements Closable {
  private readonly io = new VirtualIo();
  private readonly socket: IndicatorSocket | undefined;
  private pattern: Pattern = "off";
  private board: Promise<JohnnyBoard | undefined> | undefined;
  private isClosed = false;

  constructor(
    config: IndicatorConfig,
    private readonly log: Logger,
  ) {
    super();
    if (config.kind === "none") return;
    this.socket = new IndicatorSocket(
      config.socket,
      {
        present: () => OUTPUTS.map((pin) => ({ pin, on: this.io.isOn(pin) })),
        button: (act) => void this.touch(act),
      },
      log,
    );
    this.io.on("output", (output: string, on: boolean) => {
      this.log.debug({ output, on }, "indicator");
      this.socket?.tell({ pin: output, on });
    });
  }

  /** @throws WorError `indicator` when the socket cannot be opened. */
  async start(): Promise<void> {
    await this.socket?.open();
  }

  /** Never fails: a lamp that does not work must not cost a call. */
  show(pattern: Pattern): void {
    if (this.isClosed || pattern === this.pattern) return;
    this.pattern = pattern;
    this.log.info({ pattern }, "indicator");
    if (this.socket !== undefined) void this.apply();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.pattern = "off";
    this.io.release();
    if (this.board !== undefined) await this.apply();
    await this.socket?.close();
    this.io.removeAllListeners();
  }

  private async touch(act: ButtonAct): Promise<void> {
    const board = await this.ready();
    if (board !== undefined && !this.isClosed) this.io.touch(act);
  }

  /** The pattern that is wanted when the board is ready, which may be a later one than when it was asked for. */
  private async apply(): Promise<void> {
    (await this.ready())?.show(this.pattern);
  }

  private ready(): Promise<JohnnyBoard | undefined> {
    this.board ??= JohnnyBoard.open(this.io, {
      press: () => this.emit("press"),
      hold: () => this.emit("hold"),
    }).catch((error) => {
      this.log.error({ reason: reasonOf(error) }, "indicator.failed");
      return undefined;
    });
    return this.board;
  }
}
