import { describe, expect, test } from "@jest/globals";
import type { BenchDown } from "../bench-events.js";
import { after, type BenchModel, NO_BENCH } from "./bench-model.js";

const hello: BenchDown = {
  type: "hello",
  gatewayVoiceUrl: "ws://127.0.0.1:8080/voice",
  terminal: "rabit",
  callers: [{ id: "shark", password: "s" }],
  network: "lab",
  way: "ring",
};
const requested = (callId: string): BenchDown => ({
  type: "call",
  callId,
  caller: "shark",
  call: { state: "requested" },
});
const step = (callId: string, step: "call-request" | "login", atMs: number): BenchDown => ({
  type: "step",
  callId,
  entry: { no: "23", step, atMs },
});
const at = (text: string): BenchDown => ({ type: "at", modem: "bridge", direction: "tx", text, time: 0 });

const play = (messages: readonly BenchDown[]): BenchModel => messages.reduce(after, NO_BENCH);

describe("the bench", () => {
  test.each<[string, BenchDown[], object]>([
    ["is known by its hello", [hello], { hello: { terminal: "rabit" } }],
    ["forgets with a new snapshot", [requested("1"), at("AT"), hello], { call: null, at: { bridge: [] } }],
    ["drives outputs", [{ type: "output", output: "lamp", on: true }], { outputs: { lamp: true, buzzer: false } }],
    ["has processes", [{ type: "process", name: "bridge", up: true }], { processes: { bridge: true, gateway: false } }],
    ["has a terminal", [{ type: "terminal", state: "alerting" }], { terminal: "alerting" }],
  ])("%s", (_, messages, expected) => expect(play(messages)).toMatchObject(expected));

  test.each<[string, BenchDown[], object | null]>([
    ["keeps its steps", [requested("1"), step("1", "call-request", 0)], { caller: "shark", entries: [{ atMs: 0 }] }],
    ["may begin with its first step", [step("1", "call-request", 0), requested("1")], { entries: [{ atMs: 0 }] }],
    ["is replaced by the next", [requested("1"), step("1", "login", 5), requested("2")], { callId: "2", entries: [] }],
    ["has no late steps of another", [requested("2"), step("1", "login", 5)], { callId: "2", entries: [] }],
    [
      "has its steps in the order of time",
      [requested("1"), step("1", "login", 5), step("1", "call-request", 0)],
      { entries: [{ atMs: 0 }, { atMs: 5 }] },
    ],
  ])("a call %s", (_, messages, expected) => expect(play(messages).call).toMatchObject(expected ?? {}));

  test("keeps the last 200 lines of a modem, each with a key of its own", () => {
    const lines = play(Array.from({ length: 250 }, (_, index) => at(`line ${index}`))).at.bridge;
    expect(lines).toHaveLength(200);
    expect(lines[0]?.text).toBe("line 50");
    expect(new Set(lines.map(({ key }) => key)).size).toBe(200);
  });
});
