import type { Logger } from "../../process/log.js";
import type { CallRecords } from "../db/call-records.js";
import type { TerminalRow } from "../db/schema.js";
import type { CallState as TellState } from "../protocol/caller.js";
import type { Candidate, FirstReceived, IceServer } from "../protocol/media.js";
import type { TerminalUp } from "../protocol/messages.js";
import { REASON_TEXT, type Reason } from "../protocol/reasons.js";
import { STEPS, type Step } from "../protocol/steps.js";
import { type CallEffect, type CallEvent, type CallState, nextCall } from "./call-machine.js";
import type { CallerLeg } from "./caller-leg.js";
import { CallerOffer, type ToTerminal } from "./caller-offer.js";
import type { Wake, WorRequests } from "./wor-requests.js";

export interface CallDeadlines {
  wakeDeadlineSeconds: number;
  bridgeGraceSeconds: number;
  alertingDeadlineSeconds: number;
  noAnswerSeconds: number;
}

export interface CallPorts {
  log: Logger;
  records: CallRecords;
  worRequests: WorRequests;
  iceServers: IceServer[];
  deadlines: CallDeadlines;
  /** Sends to a logged-in terminal; harmless when it is gone. */
  toTerminal(terminal: string, message: ToTerminal): void;
  /** Called once, when the call has its final answer. */
  ended(call: Call): void;
}

const EVENT_OF_TERMINAL_REASON: Partial<Record<Reason, CallEvent>> = {
  declined: "terminal-declined",
  "no-answer": "no-answer",
  "terminal-failed": "terminal-failed",
  "bad-offer": "bad-offer",
  "media-lost": "media-lost",
};

/** Runs the effects of one call's state machine: tells the caller, asks for the wake, hands SDP over, keeps the record. */
export class Call {
  private state: CallState = "requested";
  private readonly startedAt: number;
  private terminalRow: TerminalRow | undefined;
  private wake: Wake | undefined;
  private deadline: NodeJS.Timeout | undefined;
  private readonly callerOffer: CallerOffer;
  private answerSdp = "";
  private address: string | null = null;
  private readonly received = new Set<Step>();

  constructor(
    private readonly leg: CallerLeg,
    private readonly ports: CallPorts,
  ) {
    const { callId, caller } = leg;
    this.callerOffer = new CallerOffer({ callId, caller }, ports.iceServers, (message) => this.toTerminal(message));
    ports.records.begin(leg.callId, leg.caller, leg.terminal, Date.now());
    this.startedAt = performance.now();
    this.step("call-request");
    this.tell({ state: "requested" });
  }

  get callId(): string {
    return this.leg.callId;
  }
  get caller(): string {
    return this.leg.caller;
  }
  get terminal(): string {
    return this.leg.terminal;
  }

  refuse(event: "refused" | "busy"): void {
    this.on(event);
  }

  /** The caller may wake this terminal; `online` when it is logged in already. */
  admit(terminal: TerminalRow, online: boolean): void {
    this.terminalRow = terminal;
    this.address = terminal.ip;
    this.on(online ? "logged-in" : "asleep");
  }

  terminalLoggedIn(address: string | null): void {
    if (this.state !== "waking") return;
    this.address = address;
    this.step("login");
    this.on("logged-in");
  }

  /** The address as the terminal itself knows it; it comes just after the login. */
  terminalAddress(address: string): void {
    this.address = address;
    if (this.state === "online") this.tell({ state: "online", address });
  }

  terminalLost(): void {
    const lingered = this.state === "online" && this.wake === undefined;
    this.on(lingered ? "fell-asleep" : "terminal-lost");
  }

  fromTerminal(message: Exclude<TerminalUp, { type: "hello" }>): void {
    switch (message.type) {
      case "alerting":
        this.on("alerting");
        return;
      case "answer":
        this.answerSdp = message.sdp;
        this.on("answered");
        return;
      case "candidate":
        if (this.state !== "ended") this.leg.candidate(message.candidate);
        return;
      case "received":
        this.receivedFirst(message.first === "packet" ? "terminal-media" : "terminal-heard");
        return;
      case "hangup":
        this.on(EVENT_OF_TERMINAL_REASON[message.reason] ?? "terminal-hung-up");
        return;
      default:
        message satisfies never;
    }
  }

  offer(sdp: string): void {
    this.callerOffer.set(sdp);
    if (this.state === "online") this.deliverOffer();
  }

  callerCandidate(candidate: Candidate): void {
    this.callerOffer.addCandidate(candidate);
  }

  callerReceived(first: FirstReceived): void {
    this.receivedFirst(first === "packet" ? "caller-media" : "caller-heard");
  }

  hangUp(): void {
    this.on("caller-hung-up");
  }

  callerLost(): void {
    this.on("caller-lost");
  }

  /** The gateway stops: everybody is told while they can still be. */
  gatewayStopping(): void {
    this.on("gateway-stopping");
  }

  private on(event: CallEvent): void {
    const transition = nextCall(this.state, event);
    if (transition === undefined) return;
    this.state = transition.state;
    this.armDeadline();
    for (const effect of transition.effects) this.run(effect, transition.end);
  }

  private run(effect: CallEffect, end: ReturnType<typeof endOf>): void {
    switch (effect) {
      case "request-wake":
        return this.requestWake();
      case "cancel-wake":
        return this.wake?.cancel();
      case "inform-caller":
        this.step("mobile-information");
        return this.tell({ state: "online", address: this.address });
      case "deliver-offer":
        return this.deliverOffer();
      case "tell-ringing":
        this.step("alerting");
        return this.tell({ state: "ringing" });
      case "forward-answer":
        this.leg.answer(this.answerSdp);
        this.step("answer");
        return this.tell({ state: "talking" });
      case "hang-up-terminal":
        return this.toTerminal({ type: "hangup", callId: this.callId, reason: end?.reason ?? "caller-hung-up" });
      case "end":
        return this.end(end);
      default:
        effect satisfies never;
    }
  }

  private requestWake(): void {
    const row = this.terminalRow;
    if (row === undefined) return;
    this.callerOffer.undeliver();
    this.step("being-woken");
    this.tell({ state: "waking", way: row.way, sinceMs: 0 });
    this.wake = this.ports.worRequests.request({
      callId: this.callId,
      terminal: row,
      deadlineMs: this.ports.deadlines.wakeDeadlineSeconds * 1_000,
      bridgeGraceMs: this.ports.deadlines.bridgeGraceSeconds * 1_000,
      requested: () => this.step("wor-request"),
      sent: () => this.step("wor-signal"),
      bridgeGone: () => this.on("bridge-gone"),
    });
  }

  private deliverOffer(): void {
    if (!this.callerOffer.deliver()) return;
    this.armDeadline();
    this.step("offer");
  }

  /** Each state's deadline; a call that talks has none. */
  private armDeadline(): void {
    clearTimeout(this.deadline);
    const { wakeDeadlineSeconds, alertingDeadlineSeconds, noAnswerSeconds } = this.ports.deadlines;
    const arm = (seconds: number, event: () => CallEvent) => {
      this.deadline = setTimeout(() => this.on(event()), seconds * 1_000);
    };
    if (this.state === "waking")
      arm(wakeDeadlineSeconds, () => (this.wake?.failing ? "bridge-failed" : "wake-timeout"));
    if (this.state === "online")
      arm(alertingDeadlineSeconds, () => (this.callerOffer.isDelivered ? "terminal-silent" : "no-offer"));
    if (this.state === "ringing") arm(noAnswerSeconds, () => "no-answer");
  }

  private end(end: ReturnType<typeof endOf>): void {
    if (end === undefined) return;
    const wakes = this.wake?.count ?? { ring: 0, sms: 0 };
    this.ports.records.end(this.callId, end.outcome, end.reason, wakes, Date.now());
    this.ports.log.info({ callId: this.callId, ...end, wakes }, "call.ended");
    this.tell({ state: "ended", ...end, text: REASON_TEXT[end.reason] });
    this.ports.ended(this);
  }

  private toTerminal(message: ToTerminal): void {
    this.ports.toTerminal(this.terminal, message);
  }

  private tell(call: TellState): void {
    const { callId, caller, terminal } = this;
    this.ports.log.info({ callId, caller, terminal, call }, "call.state");
    this.leg.tellState(call);
  }

  /** Once each: who says it again and again must not fill the database. */
  private receivedFirst(step: Step): void {
    if (this.received.has(step)) return;
    this.received.add(step);
    this.step(step);
  }

  private step(step: Step): void {
    if (this.state === "ended") return;
    const atMs = Math.round((performance.now() - this.startedAt) * 10) / 10;
    const entry = { no: STEPS[step].no, step, atMs };
    this.leg.tellStep(entry);
    this.ports.records.step(this.callId, step, atMs);
    this.ports.log.info({ callId: this.callId, ...entry }, "call.step");
  }
}

const endOf = (transition: ReturnType<typeof nextCall>) => transition?.end;
