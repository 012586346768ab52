import type { CallState } from "../../gateway/protocol/caller.js";
import type { TimelineEntry } from "../../gateway/protocol/timeline.js";
import type {
  BenchDown,
  BenchModem,
  BenchOutput,
  BenchProcess,
  BenchTerminalState,
  StandingEntry,
} from "../bench-events.js";

export type BenchHello = Extract<BenchDown, { type: "hello" }>;

/** The present or last call, as the gateway sees it; `caller` and `state` are null until it has said so. */
export interface BenchCall {
  readonly callId: string;
  readonly caller: string | null;
  readonly state: CallState | null;
  readonly entries: readonly TimelineEntry[];
}

/** One line of a modem's dialogue. `key` grows. */
export interface AtLine {
  readonly key: number;
  readonly direction: "tx" | "rx";
  readonly text: string;
  readonly time: number;
}

export interface BenchModel {
  readonly hello: BenchHello | null;
  readonly call: BenchCall | null;
  readonly standing: readonly StandingEntry[];
  readonly terminal: BenchTerminalState;
  readonly outputs: Readonly<Record<BenchOutput, boolean>>;
  readonly at: Readonly<Record<BenchModem, readonly AtLine[]>>;
  readonly processes: Readonly<Record<BenchProcess, boolean>>;
}

const MAX_AT_LINES = 200;

export const NO_BENCH: BenchModel = {
  hello: null,
  call: null,
  standing: [],
  terminal: "gone",
  outputs: { lamp: false, buzzer: false, vibration: false },
  at: { bridge: [], terminal: [] },
  processes: { emulator: false, gateway: false, bridge: false, terminal: false },
};

/** The model after what the bench said. A `hello` begins a snapshot, so it forgets all that was before. */
export function after(model: BenchModel, message: BenchDown): BenchModel {
  switch (message.type) {
    case "hello":
      return { ...NO_BENCH, hello: message };
    case "call":
      return { ...model, call: { ...callOf(model, message.callId), caller: message.caller, state: message.call } };
    case "step":
      return { ...model, call: withStep(model, message.callId, message.entry) };
    case "standing":
      return {
        ...model,
        standing: [...model.standing.filter(({ step }) => step !== message.entry.step), message.entry],
      };
    case "terminal":
      return { ...model, terminal: message.state };
    case "output":
      return { ...model, outputs: { ...model.outputs, [message.output]: message.on } };
    case "at":
      return { ...model, at: { ...model.at, [message.modem]: withLine(model.at[message.modem], message) } };
    case "process":
      return { ...model, processes: { ...model.processes, [message.name]: message.up } };
    default:
      return message satisfies never;
  }
}

function callOf({ call }: BenchModel, callId: string): BenchCall {
  return call?.callId === callId ? call : { callId, caller: null, state: null, entries: [] };
}

/** A step of a call that is not known yet begins it only if it is the first: late steps belong to a call that is gone. */
function withStep(model: BenchModel, callId: string, entry: TimelineEntry): BenchCall | null {
  if (model.call?.callId !== callId && entry.step !== "call-request") return model.call;
  const call = callOf(model, callId);
  return { ...call, entries: [...call.entries, entry].sort((a, b) => a.atMs - b.atMs) };
}

function withLine(lines: readonly AtLine[], { direction, text, time }: Omit<AtLine, "key">): AtLine[] {
  const key = (lines.at(-1)?.key ?? 0) + 1;
  return [...lines.slice(1 - MAX_AT_LINES), { key, direction, text, time }];
}
