import { EventEmitter } from "node:events";
import { WorError } from "../../process/errors.js";
import type { Closable } from "../../process/lifecycle.js";
import type { Logger } from "../../process/log.js";
import type { AtCommand } from "./at-command.js";
import { defineContext, readAddress, sendMessage, setContextActive } from "./commands.js";
import { ModemSession, type ModemState } from "./modem-session.js";
import { MODEM_TIMES, type ModemTimes } from "./modem-times.js";
import type { RingingCall } from "./outgoing-call.js";
import { addressOf } from "./pdu/address.js";
import { encodeSubmit } from "./pdu/submit.js";
import { userDataOf } from "./pdu/user-data.js";
import type { ReceivedSms } from "./sms-inbox.js";

export type { AtCommand } from "./at-command.js";
export type { ModemState } from "./modem-session.js";
export type { CallEnd, RingingCall } from "./outgoing-call.js";
export type { ReceivedSms } from "./sms-inbox.js";

export interface ModemOptions {
  name: string;
  /** A serial device; best a link that stays the same, as in /dev/serial/by-id. */
  port: string;
  baudRate?: number;
  log: Logger;
  times?: Partial<ModemTimes>;
}

export interface ModemEvents {
  /** And why. */
  state: [ModemState, string];
  /** Once for each message; twice if the modem died just then. */
  sms: [ReceivedSms];
  /** Once for each incoming call; null: withheld or not told. */
  ring: [{ number: string | null }];
  "ring-end": [];
}

const STATE_AFTER: Readonly<Record<string, ModemState>> = {
  "port-unavailable": "closed",
  "modem-closed": "closed",
  "sim-locked": "locked",
};

/** A modem on a serial port: opened again for ever, each time drained of what waited before it counts as registered. */
export class Modem extends EventEmitter<ModemEvents> implements Closable {
  private stateNow: ModemState = "closed";
  private reason = "not started";
  private session: ModemSession | undefined;
  private supervision: Promise<void> | undefined;
  private closing = false;
  private endPause: () => void = () => {};
  private readonly times: ModemTimes;

  constructor(private readonly options: ModemOptions) {
    super();
    this.times = { ...MODEM_TIMES, ...options.times };
  }

  get state(): ModemState {
    return this.stateNow;
  }

  start(): void {
    if (!this.closing) this.supervision ??= this.supervise();
  }

  /** @throws WorError `modem-not-ready`: the state it is in, and why */
  ready(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        const registered = this.stateNow === "registered";
        if (!registered && !this.closing && !expired) return;
        clearTimeout(timer);
        this.off("state", settle);
        if (registered) resolve();
        else reject(this.notReady());
      };
      let expired = false;
      const timer = setTimeout(() => {
        expired = true;
        settle();
      }, timeoutMs);
      this.on("state", settle);
      settle();
    });
  }

  run<T>(command: AtCommand<T>): Promise<T> {
    return this.session?.run(command) ?? Promise.reject(this.notReady());
  }

  /**
   * Hands one message to the network.
   * @throws WorError `pdu` (too long a text among others), `modem-not-ready`, `cms-<n>`, `at-timeout`
   */
  async sendSms(
    to: string,
    text: string,
    { validityMinutes, timeoutMs }: { validityMinutes: number; timeoutMs: number },
  ): Promise<{ reference: number }> {
    const { hex, length } = encodeSubmit({ to: addressOf(to), userData: userDataOf(text), validityMinutes });
    return { reference: await this.registered().run(sendMessage(hex, length, timeoutMs)) };
  }

  /**
   * Rings a number; resolves as soon as the far end rings. Answered calls are hung up at once, and so is one whose
   * `signal` is aborted before anything rings.
   * @throws WorError `dial-aborted`, `busy`, `no-carrier`, `no-answer`, `dial-timeout`, `number`, `modem-busy`, `modem-not-ready`, ...
   */
  async dial(to: string, { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal }): Promise<RingingCall> {
    return this.registered().dial(to, timeoutMs, signal);
  }

  /** Brings up PDP context 1; the address is null if the modem does not tell. */
  async activateData(apn: string, timeoutMs: number): Promise<{ address: string | null }> {
    const session = this.registered();
    await session.run(defineContext(apn)).catch((error: WorError) => {
      // A context that is active already may not be defined again.
      if (!/^(at-error|cme-)/.test(error.code)) throw error;
    });
    await session.run(setContextActive(true, timeoutMs));
    return { address: await session.run(readAddress) };
  }

  async deactivateData(timeoutMs: number): Promise<void> {
    await this.run(setContextActive(false, timeoutMs));
  }

  async close(): Promise<void> {
    this.closing = true;
    this.endPause();
    await this.session?.close();
    await this.supervision;
    this.enter("closed", "closed");
  }

  private registered(): ModemSession {
    if (this.session === undefined || this.stateNow !== "registered") throw this.notReady();
    return this.session;
  }

  private notReady(): WorError {
    return new WorError("modem-not-ready", `modem ${this.options.name} is ${this.stateNow}: ${this.reason}`);
  }

  private async supervise(): Promise<void> {
    const { reopenFirstMs, reopenMostMs } = this.times;
    let wait = reopenFirstMs;
    while (!this.closing) {
      const end = await this.open().live();
      this.session = undefined;
      if (this.closing) return;
      if (this.stateNow === "registered") wait = reopenFirstMs;
      this.enter(STATE_AFTER[end.code] ?? "failed", end.message);
      await this.pause(wait);
      wait = Math.min(wait * 2, reopenMostMs);
    }
  }

  private open(): ModemSession {
    const { name, port, baudRate = 115_200, log } = this.options;
    this.session = new ModemSession(
      { name, port, baudRate, log, times: this.times },
      {
        state: (state, reason) => this.enter(state, reason),
        sms: (sms) => this.emit("sms", sms),
        ring: (number) => this.emit("ring", { number }),
        ringEnd: () => this.emit("ring-end"),
      },
    );
    return this.session;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private enter(state: ModemState, reason: string): void {
    if (state === this.stateNow && reason === this.reason) return;
    this.stateNow = state;
    this.reason = reason;
    this.options.log.info({ modem: this.options.name, state, reason }, "modem.state");
    this.emit("state", state, reason);
  }
}
