import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createLog } from "../../process/log.js";
import { HARE, openTestDatabase, RABIT, type TestDatabase } from "../db/database-fixture.js";
import type { CallState } from "../protocol/caller.js";
import type { Candidate } from "../protocol/media.js";
import type { BridgeUp, TerminalUp } from "../protocol/messages.js";
import type { Step } from "../protocol/steps.js";
import type { CallDeadlines } from "./call.js";
import { CallControl } from "./call-control.js";
import type { CallerLeg } from "./caller-leg.js";
import type { ToTerminal } from "./caller-offer.js";
import { type BridgeLink, type ToBridge, WorRequests } from "./wor-requests.js";

export const SDP = "v=0\r\ns=caller\r\n";
export const ANSWER = "v=0\r\ns=terminal\r\n";
export const candidate = (n: number): Candidate => ({ candidate: `candidate:${n}`, sdpMid: "0", sdpMLineIndex: 0 });
export { HARE, RABIT };

type CallWord = Exclude<TerminalUp, { type: "hello" }>;
type WithoutCall<T> = T extends unknown ? Omit<T, keyof typeof envelope | "callId"> : never;

const envelope = { v: 1, id: randomUUID(), seq: 0, exp: Number.MAX_SAFE_INTEGER } as const;

/** Bridges without a network: what they were sent, and who is connected. */
export class FakeBridges implements BridgeLink {
  readonly sent: { bridge: string; message: ToBridge; lifeMs: number }[] = [];
  private readonly here = new Set<string>();
  private readonly arrivals = new EventEmitter();
  worRequests: WorRequests | undefined;

  connected(): string[] {
    return [...this.here];
  }
  send(bridge: string, message: ToBridge, lifeMs: number): void {
    if (!this.here.has(bridge)) return;
    this.sent.push({ bridge, message, lifeMs });
    this.arrivals.emit("sent");
  }
  /** A wake by SMS is sent a little later: its counter comes from the database. */
  async first(): Promise<{ message: ToBridge; lifeMs: number }> {
    for (;;) {
      const [first] = this.sent;
      if (first) return first;
      await once(this.arrivals, "sent");
    }
  }
  connect(bridge = "bridge"): void {
    this.here.add(bridge);
    this.worRequests?.bridgeConnected(bridge);
  }
  lose(bridge = "bridge"): void {
    this.here.delete(bridge);
    this.worRequests?.bridgeLost(bridge);
  }
  /** In order, as `bridge type wake`, the wakes numbered as they were first seen. */
  get heard(): string[] {
    const wakes = [...new Set(this.sent.map(({ message }) => message.wakeId))];
    return this.sent.map(({ bridge, message }) => `${bridge} ${message.type} ${wakes.indexOf(message.wakeId) + 1}`);
  }
  /** A bridge's word about the latest wake. */
  report(message: { type: "sent" } | { type: "failed"; fault: "bridge" | "terminal"; why: string }, bridge = "bridge") {
    const wakeId = this.sent.at(-1)?.message.wakeId ?? "";
    this.worRequests?.fromBridge(bridge, { ...envelope, wakeId, ...message } satisfies BridgeUp);
  }
}

/** A caller that writes down what it is told. */
export class FakeCaller implements CallerLeg {
  readonly callId = randomUUID();
  readonly states: CallState[] = [];
  readonly steps: Step[] = [];
  readonly answers: string[] = [];
  readonly candidates: Candidate[] = [];
  private readonly waiting: { reached: () => boolean; resolve: () => void }[] = [];

  constructor(
    readonly caller: string,
    readonly terminal: string,
  ) {}

  tellState(call: CallState): void {
    this.states.push(call);
    for (const { reached, resolve } of this.waiting) if (reached()) resolve();
  }
  tellStep({ step }: { step: Step }): void {
    this.steps.push(step);
  }
  answer(sdp: string): void {
    this.answers.push(sdp);
  }
  candidate(heard: Candidate): void {
    this.candidates.push(heard);
  }

  get told(): string[] {
    return this.states.map(({ state }) => state);
  }
  get ending(): string | undefined {
    const last = this.states.at(-1);
    return last?.state === "ended" ? `${last.outcome}: ${last.reason}` : undefined;
  }
  /** The test's own deadline bounds it. */
  until(state: CallState["state"]): Promise<void> {
    const reached = () => this.told.includes(state);
    return reached() ? Promise.resolve() : new Promise((resolve) => this.waiting.push({ reached, resolve }));
  }
}

/** Processing control with the real tables, a bridge and a terminal that are told what to do. */
export class CallSite {
  readonly bridges = new FakeBridges();
  readonly online = new Set<string>();
  readonly toTerminal: ToTerminal[] = [];
  readonly calls: CallControl;

  private constructor(
    readonly site: TestDatabase,
    deadlines: Partial<CallDeadlines>,
  ) {
    const log = createLog("test", "silent");
    const worRequests = new WorRequests(site.table, this.bridges, log);
    this.bridges.worRequests = worRequests;
    this.calls = new CallControl({
      log,
      worRequests,
      table: site.table,
      records: site.records,
      iceServers: [],
      deadlines: {
        wakeDeadlineSeconds: 20,
        bridgeGraceSeconds: 20,
        alertingDeadlineSeconds: 20,
        noAnswerSeconds: 20,
        ...deadlines,
      },
      isOnline: (terminal) => this.online.has(terminal),
      toTerminal: (_, message) => void this.toTerminal.push(message),
    });
  }

  static async open(deadlines: Partial<CallDeadlines> = {}): Promise<CallSite> {
    return new CallSite(await openTestDatabase(), deadlines);
  }

  request(caller: FakeCaller) {
    const call = this.calls.request(caller);
    if (call === undefined) throw new Error("this call id is in use");
    return call;
  }

  logIn(terminal: string): void {
    this.online.add(terminal);
    this.calls.waitingFor(terminal)?.terminalLoggedIn("10.0.0.2");
  }

  says({ terminal, callId }: FakeCaller, word: WithoutCall<CallWord>): boolean {
    return this.calls.fromTerminal(terminal, { ...envelope, callId, ...word } as CallWord);
  }

  /** Calls, and brings the call as far as `state`. */
  async callUntil(state: "waking" | "online" | "ringing" | "talking", caller = new FakeCaller("shark", HARE.id)) {
    const call = this.request(caller);
    await caller.until("waking");
    if (state === "waking") return { caller, call };
    call.offer(SDP);
    this.logIn(caller.terminal);
    if (state === "online") return { caller, call };
    this.says(caller, { type: "alerting" });
    if (state === "ringing") return { caller, call };
    this.says(caller, { type: "answer", sdp: ANSWER });
    return { caller, call };
  }

  async record(callId: string) {
    await this.site.records.written();
    const row = await this.site.db.selectFrom("calls").selectAll().where("id", "=", callId).executeTakeFirstOrThrow();
    return { ...row, steps: (await this.site.records.steps(callId)).map(({ step }) => step) };
  }

  async close(): Promise<void> {
    this.calls.close();
    await this.site.close();
  }
}
