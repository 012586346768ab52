import type { TerminalLink } from "../gateway/protocol/device-link.js";
import type { TerminalDown, TerminalUp, WakeSource, WithoutEnvelope } from "../gateway/protocol/messages.js";
import type { Reason } from "../gateway/protocol/reasons.js";
import type { Indicator } from "../hardware/indicator/indicator.js";
import { reasonOf, WorError } from "../process/errors.js";
import type { Closable } from "../process/lifecycle.js";
import type { Logger } from "../process/log.js";
import { CallMedia } from "./call-media.js";
import type { DataLink } from "./data-link/data-link.js";
import type { MediaProcess } from "./media/media-process.js";
import { nextTerminal, type TerminalEffect, type TerminalEvent, type TerminalState } from "./terminal-machine.js";

/** Everything that a call needs and sleep does not is made by a function, and only then loaded. */
export interface TerminalParts {
  log: Logger;
  link: DataLink;
  indicator: Pick<Indicator, "show">;
  answer: "button" | "auto";
  lingerSeconds: number;
  /** @returns what opens a connection to the gateway over the data link, once that is up. */
  loadGateway(): Promise<(link: DataLink) => TerminalLink>;
  startMedia(): Promise<MediaProcess>;
}

/** How long each state may last, in ms; in-call may last for ever. */
const DEADLINES: Partial<Record<TerminalState, number>> = {
  attaching: 35_000,
  "logging-in": 30_000,
  // The gateway ends an unanswered call first; this is for a gateway that has forgotten it.
  alerting: 120_000,
};
const ATTACH_TIMEOUT_MS = 30_000;
/** How long a caller is held while its terminal is being woken. */
const OWED_MS = 45_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 8_000;

type Offer = Extract<TerminalDown, { type: "offer" }>;

/** Runs the effects of the terminal's state machine; a failing effect is one more event. */
export class Terminal implements Closable {
  private state: TerminalState = "asleep";
  private wokenBy: WakeSource = "ring";
  private address: string | null = null;
  private openGateway: ((link: DataLink) => TerminalLink) | undefined;
  private gateway: TerminalLink | undefined;
  private readonly media: CallMedia;
  private offer: Offer | undefined;
  private answerSdp: Promise<string> | undefined;
  private deadline: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  private retries = 0;
  private attempt = 0;
  /** On the clock of performance.now(). */
  private owedUntil = 0;
  private releasing: Promise<void> = Promise.resolve();

  constructor(private readonly parts: TerminalParts) {
    this.media = new CallMedia(parts.startMedia, {
      candidate: (candidate) => this.sayOfCall((callId) => ({ type: "candidate", callId, candidate })),
      received: (first) => this.sayOfCall((callId) => ({ type: "received", callId, first })),
      failed: (reason) => {
        parts.log.warn({ reason }, "media.failed");
        this.on("media-failed");
      },
    });
  }

  /** A wake was judged good. In the middle of a call it means nothing: it may be forged, and a call must not end by it. */
  wake(source: WakeSource): void {
    if (this.state === "alerting" || this.state === "in-call") return;
    if (this.state === "asleep" || this.state === "lingering") this.wokenBy = source;
    this.owedUntil = performance.now() + OWED_MS;
    this.retries = 0;
    clearTimeout(this.retry);
    this.on("woken");
  }

  /** The modem is on the network (again). Whatever we were before, a data link must not be up, and paid for, while we sleep. */
  modemReady(): void {
    if (this.state !== "asleep") return;
    this.releasing = this.releasing.then(() => (this.state === "asleep" ? this.parts.link.down() : undefined));
  }

  /** The button, short: answers, or hangs up. */
  press(): void {
    this.on("pressed");
  }

  /** The button, long: declines, or hangs up. */
  hold(): void {
    this.on("held");
  }

  async close(): Promise<void> {
    clearTimeout(this.deadline);
    clearTimeout(this.retry);
    this.parts.indicator.show("off");
    await this.endMedia();
    await (this.state === "asleep" ? this.releasing : this.release());
  }

  private on(event: TerminalEvent): void {
    const transition = nextTerminal(this.state, event);
    if (transition === undefined) return;
    const from = this.state;
    this.state = transition.state;
    if (this.state !== from) this.entered(this.state, event);
    for (const effect of transition.effects) this.run(effect);
  }

  private entered(state: TerminalState, why: TerminalEvent): void {
    this.parts.log.info({ state, why }, "terminal.state");
    clearTimeout(this.deadline);
    const limitMs = state === "lingering" ? this.parts.lingerSeconds * 1_000 : DEADLINES[state];
    if (limitMs !== undefined) this.deadline = setTimeout(() => this.on("deadline"), limitMs);
    if (state === "asleep") this.retryIfOwed();
    if (state === "attaching") this.parts.indicator.show("waking");
    if (state === "in-call") this.parts.indicator.show("in-call");
    if (state === "lingering" || state === "asleep") this.parts.indicator.show("off");
  }

  /** A wake that failed on the way to the gateway is tried again while somebody may still be waiting. */
  private retryIfOwed(): void {
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** this.retries, LAST_RETRY_MS);
    if (performance.now() + waitMs >= this.owedUntil) return;
    this.retries += 1;
    this.retry = setTimeout(() => this.on("woken"), waitMs);
  }

  private run(effect: TerminalEffect): void {
    switch (effect) {
      case "prepare-media":
        return this.media.prepare();
      case "bring-up-data":
        return void this.bringUpData();
      case "log-in":
        return this.logIn();
      case "alert":
        return this.alert();
      case "stop-alert":
        return this.media.alert(false);
      case "answer":
        return void this.sendAnswer();
      case "say-declined":
        return this.say("declined");
      case "say-no-answer":
        return this.say("no-answer");
      case "say-hung-up":
        return this.say("terminal-hung-up");
      case "say-failed":
        return this.say("terminal-failed");
      case "say-media-lost":
        return this.say("media-lost");
      case "end-media":
        return void this.endMedia();
      case "release":
        return void this.release();
      default:
        effect satisfies never;
    }
  }

  private async bringUpData(): Promise<void> {
    this.attempt += 1;
    const { attempt } = this;
    const stale = () => attempt !== this.attempt || this.state !== "attaching";
    await this.releasing;
    try {
      const [{ address }, openGateway] = await Promise.all([
        this.parts.link.up(ATTACH_TIMEOUT_MS),
        this.parts.loadGateway(),
      ]);
      // It took longer than the state lasted: nobody may be left to take it down.
      if (stale()) return this.modemReady();
      this.address = address;
      this.openGateway = openGateway;
      this.on("data-up");
    } catch (error) {
      this.parts.log.warn({ reason: reasonOf(error) }, "data-link.not-up");
      if (!stale()) this.on("data-failed");
    }
  }

  private logIn(): void {
    const gateway = this.openGateway?.(this.parts.link);
    if (gateway === undefined) return this.on("login-failed");
    this.gateway = gateway;
    gateway.on("message", (message) => this.fromGateway(message));
    gateway.on("lost", (reason) => {
      if (this.gateway !== gateway) return;
      this.parts.log.warn({ reason }, "gateway.lost");
      this.on("link-lost");
    });
  }

  private fromGateway(message: TerminalDown): void {
    switch (message.type) {
      case "welcome":
        this.owedUntil = 0;
        this.retries = 0;
        this.gateway?.send({ type: "hello", address: this.address, wokenBy: this.wokenBy });
        this.parts.log.info({ callId: message.call?.callId ?? null }, "gateway.welcome");
        if (message.call === null) this.on("nothing-waiting");
        return;
      case "offer":
        if (this.state !== "logging-in" && this.state !== "lingering") return;
        this.offer = message;
        return this.on("offered");
      case "candidate":
        if (this.offer?.callId === message.callId) this.media.addCandidate(message.candidate);
        return;
      case "hangup":
        this.parts.log.info({ callId: message.callId, reason: message.reason }, "gateway.hangup");
        if (this.offer === undefined || this.offer.callId === message.callId) this.on("hung-up");
        return;
      default:
        message satisfies never;
    }
  }

  /** The gateway has confirmed the call: lamp, buzzer, ring tone; and the SDP answer is made ready meanwhile. */
  private alert(): void {
    const offer = this.offer;
    if (offer === undefined) return;
    this.gateway?.send({ type: "alerting", callId: offer.callId });
    this.parts.indicator.show("ringing");
    this.answerSdp = this.media.ready().then((media) => {
      if (this.state === "alerting") media.alert(true);
      return media.createAnswer(offer.sdp, offer.iceServers);
    });
    this.answerSdp.catch((error) => this.answerFailed(offer, error));
    if (this.parts.answer === "auto") this.on("pressed");
  }

  private answerFailed(offer: Offer, error: unknown): void {
    if (this.offer !== offer || (this.state !== "alerting" && this.state !== "in-call")) return;
    this.parts.log.warn({ callId: offer.callId, reason: reasonOf(error) }, "media.no-answer");
    const reason = error instanceof WorError && error.code === "bad-sdp" ? "bad-offer" : "terminal-failed";
    this.gateway?.send({ type: "hangup", callId: offer.callId, reason });
    this.offer = undefined;
    this.on("media-failed");
  }

  private async sendAnswer(): Promise<void> {
    const offer = this.offer;
    const sdp = await this.answerSdp?.catch(() => undefined);
    if (offer === undefined || sdp === undefined || this.offer !== offer || this.state !== "in-call") return;
    this.gateway?.send({ type: "answer", callId: offer.callId, sdp });
    this.media.talk();
  }

  private say(reason: Reason): void {
    this.sayOfCall((callId) => ({ type: "hangup", callId, reason }));
  }

  private sayOfCall(message: (callId: string) => WithoutEnvelope<TerminalUp>): void {
    if (this.offer) this.gateway?.send(message(this.offer.callId));
  }

  private endMedia(): Promise<void> {
    this.answerSdp = undefined;
    this.offer = undefined;
    return this.media.end();
  }

  /** Everything that costs bytes goes: the login, then the data link. A wake during it waits for its end. */
  private release(): Promise<void> {
    const { gateway } = this;
    this.gateway = undefined;
    this.releasing = this.releasing.then(async () => {
      await gateway?.close();
      await this.parts.link.down();
      this.parts.log.info({}, "data-link.down");
    });
    return this.releasing;
  }
}
