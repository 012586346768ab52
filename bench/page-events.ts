import { CallState } from "../gateway/protocol/caller.js";
import { TimelineEntry } from "../gateway/protocol/timeline.js";
import { type BenchDown, BenchModem, BenchOutput, BenchTerminalState } from "./bench-events.js";
import { TERMINAL } from "./names.js";
import type { LogLine } from "./wor-process.js";

/** What a log line of one of the bench's processes means for its page; undefined: nothing. Pure. */
export function pageEvent(line: LogLine, process: string): BenchDown | undefined {
  const build = EVENTS[line.event];
  return build?.(line, process);
}

const EVENTS: Record<string, (line: LogLine, process: string) => BenchDown | undefined> = {
  "call.state": ({ callId, caller, terminal, call }) => {
    const state = CallState.safeParse(call);
    if (!state.success || terminal !== TERMINAL) return undefined;
    return { type: "call", callId: String(callId), caller: String(caller), call: state.data };
  },
  "call.step": (line) => {
    const entry = TimelineEntry.safeParse(line);
    return entry.success ? { type: "step", callId: String(line.callId), entry: entry.data } : undefined;
  },
  "terminal.state": ({ state }, process) => {
    const known = BenchTerminalState.safeParse(state);
    return known.success && process === TERMINAL ? { type: "terminal", state: known.data } : undefined;
  },
  indicator: ({ output, on }, process) => {
    const known = BenchOutput.safeParse(output);
    return known.success && process === TERMINAL ? { type: "output", output: known.data, on: on === true } : undefined;
  },
  "modem.tx": (line, process) => atLine(line, process, "tx"),
  "modem.rx": (line, process) => atLine(line, process, "rx"),
  "proxy-login-settings": ({ time, terminal }) => standing("proxy-login-settings", time, terminal),
  "proxy-login": ({ time, terminal, loggedIn }) =>
    loggedIn === true ? standing("proxy-login", time, terminal) : undefined,
};

function atLine(line: LogLine, process: string, direction: "tx" | "rx"): BenchDown | undefined {
  const modem = BenchModem.safeParse(process === TERMINAL ? "terminal" : process);
  return modem.success
    ? { type: "at", modem: modem.data, direction, text: String(line.text), time: line.time }
    : undefined;
}

function standing(
  step: "proxy-login-settings" | "proxy-login",
  time: number,
  terminal: unknown,
): BenchDown | undefined {
  return terminal === TERMINAL ? { type: "standing", entry: { step, time } } : undefined;
}
