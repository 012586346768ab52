import { reasonOf, WorError } from "../../process/errors.js";
import type { Logger } from "../../process/log.js";
import { AtChannel } from "./at-channel.js";
import type { AtCommand } from "./at-command.js";
import { atError } from "./at-error.js";
import { hangUp, hangUpBasic, keepAlive, listCalls, readRegistration } from "./commands.js";
import { IncomingRing } from "./incoming-ring.js";
import { initialise, simError } from "./initialise.js";
import { maskLine } from "./masking.js";
import type { ModemTimes } from "./modem-times.js";
import { OutgoingCall } from "./outgoing-call.js";
import { isRegistered, type Registration } from "./registration.js";
import { openSerialLine, type SerialLine } from "./serial-line.js";
import { type ReceivedSms, SmsInbox } from "./sms-inbox.js";
import type { Urc } from "./urcs.js";

/** Names of ModemManager. `closed`: no port; `failed`: no modem or no SIM behind it; `locked`: the SIM wants its PIN. */
export type ModemState = "closed" | "failed" | "locked" | "searching" | "registered";

const REREAD_MS = 5_000;

export interface SessionOptions {
  name: string;
  port: string;
  baudRate: number;
  log: Logger;
  times: ModemTimes;
}

export interface SessionEvents {
  state(state: ModemState, reason: string): void;
  sms(sms: ReceivedSms): void;
  ring(number: string | null): void;
  ringEnd(): void;
}

/** One opening of the port, from the first AT until the port or the modem is gone. */
export class ModemSession {
  private line: SerialLine | undefined;
  private channel: AtChannel | undefined;
  private readonly inbox: SmsInbox;
  private readonly incoming: IncomingRing;
  private outgoing: OutgoingCall | undefined;
  private keepAliveTimer: NodeJS.Timeout | undefined;
  private registrationTimer: NodeJS.Timeout | undefined;
  private rereadTimer: NodeJS.Timeout | undefined;
  private over: WorError | undefined;
  private drained = false;
  private settleEnd: (reason: WorError) => void = () => {};
  private readonly ended = new Promise<WorError>((resolve) => {
    this.settleEnd = resolve;
  });

  constructor(
    private readonly options: SessionOptions,
    private readonly events: SessionEvents,
  ) {
    this.inbox = new SmsInbox((command) => this.run(command), events.sms, options.log.child({ modem: options.name }));
    this.incoming = new IncomingRing(options.times, {
      ring: (number) => events.ring(number),
      ended: () => events.ringEnd(),
      listCalls: () => this.run(listCalls),
    });
  }

  /** Resolves with the reason when it is over; never rejects. */
  async live(): Promise<WorError> {
    try {
      await this.open();
    } catch (error) {
      this.end(error instanceof WorError ? error : new WorError("modem-closed", reasonOf(error), { cause: error }));
    }
    const reason = await this.ended;
    await this.line?.close();
    return reason;
  }

  run<T>(command: AtCommand<T>): Promise<T> {
    return this.channel?.run(command) ?? Promise.reject(atError("modem-closed", "the port is not open"));
  }

  async dial(to: string, timeoutMs: number, signal?: AbortSignal): Promise<OutgoingCall> {
    if (this.outgoing?.abandoned && !this.outgoing.over) await this.outgoing.hangUp();
    if ((this.outgoing !== undefined && !this.outgoing.over) || this.incoming.active) {
      throw new WorError("modem-busy", "the modem is in a call already");
    }
    const call = new OutgoingCall((command) => this.run(command));
    this.outgoing = call;
    await call.dial(to, timeoutMs, signal);
    return call;
  }

  /** Hangs up what rings, as well as it can, and ends. */
  async close(): Promise<void> {
    if (this.outgoing !== undefined && !this.outgoing.over) {
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, this.options.times.closeMs);
      });
      await Promise.race([this.outgoing.hangUp().catch(() => {}), deadline]);
      clearTimeout(timer);
    }
    this.end(atError("modem-closed", "closed"));
  }

  private end(reason: WorError): void {
    if (this.over !== undefined) return;
    this.over = reason;
    this.settleEnd(reason);
    this.channel?.close(reason);
    clearInterval(this.keepAliveTimer);
    clearTimeout(this.registrationTimer);
    clearTimeout(this.rereadTimer);
    this.outgoing?.end("no-carrier");
    this.incoming.end();
  }

  private async open(): Promise<void> {
    const { port, baudRate, log, name, times } = this.options;
    const onGone = (reason: string) => this.end(atError("modem-closed", `${port}: ${reason}`));
    this.line = await openSerialLine({ port, baudRate, onGone, nodeCheckMs: times.nodeCheckMs });
    this.checkAlive();
    const trace = (direction: "tx" | "rx", text: string) =>
      log.debug({ modem: name, text: maskLine(text) }, `modem.${direction}`);
    const channel = new AtChannel(this.line.stream, { hangMs: times.hangMs, restMs: times.restMs, trace });
    this.channel = channel;
    channel.on("dead", (reason) => this.end(reason));
    channel.on("urc", (urc) => this.take(urc));
    await initialise(channel, log);
    this.checkAlive();
    this.keepAliveTimer = setInterval(() => {
      // Silence is what ends the session, by the channel's own deadline.
      channel.run(keepAlive).catch(() => {});
    }, times.keepAliveMs);
    // What woke the board came before anybody listened.
    await this.inbox.drain();
    await this.findIncomingCall();
    this.drained = true;
    await this.checkRegistration();
  }

  /** It may have been closed while it was being opened. */
  private checkAlive(): void {
    if (this.over !== undefined) throw this.over;
  }

  private async findIncomingCall(): Promise<void> {
    const calls = await this.run(listCalls).catch((error: WorError) => {
      if (/^(at-error|cme-)/.test(error.code)) return [];
      throw error;
    });
    const incoming = calls.find(({ state, outgoing }) => !outgoing && (state === "incoming" || state === "waiting"));
    if (incoming !== undefined) this.incoming.caller(incoming.number);
    // Left by somebody who died while it rang: it would ring on, or talk to a mailbox, and cost.
    if (calls.some(({ outgoing }) => outgoing))
      await this.run(hangUp).catch(() => this.run(hangUpBasic).catch(() => {}));
  }

  private async checkRegistration(): Promise<void> {
    this.registration(await this.run(readRegistration));
  }

  private registration(registration: Registration): void {
    clearTimeout(this.registrationTimer);
    if (this.over !== undefined) return;
    if (isRegistered(registration)) return this.events.state("registered", registration);
    this.events.state("searching", registration);
    // The event may be lost; a modem in search is asked again.
    this.registrationTimer = setTimeout(() => {
      this.checkRegistration().catch(() => {});
    }, this.options.times.registrationPollMs);
  }

  private take(urc: Urc): void {
    switch (urc.kind) {
      case "ring":
        return this.incoming.ring();
      case "clip":
        return this.incoming.caller(urc.number);
      case "call-end":
        this.outgoing?.end(urc.why);
        return this.incoming.end();
      case "sms-stored":
        return this.fetch(this.inbox.stored(urc.store, urc.index));
      case "store-full":
        return this.fetch(this.inbox.drain());
      case "sms":
        return this.inbox.direct(urc.pdu);
      case "registration":
        // Only after the stores were read is the modem reported at all.
        return this.drained ? this.registration(urc.registration) : undefined;
      case "sim":
        return urc.status === "READY" ? undefined : this.end(simError(urc.status));
      case "restarted":
        return this.end(atError("modem-restarted", "the modem restarted or went off"));
      case "sms-report":
      case "call-changed":
      case "noise":
        return;
      default:
        urc satisfies never;
    }
  }

  private fetch(reading: Promise<void>): void {
    reading.catch((error) => {
      this.options.log.warn({ modem: this.options.name, reason: reasonOf(error) }, "modem.sms-unread");
      if (this.over !== undefined) return;
      // A SIM that is busy for a moment must not cost a wake.
      clearTimeout(this.rereadTimer);
      this.rereadTimer = setTimeout(() => this.fetch(this.inbox.drain()), REREAD_MS);
    });
  }
}
