import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { encodeWakeToken } from "../gateway/protocol/wake-token.js";
import { createLog } from "../process/log.js";
import { DurableState } from "./durable-state.js";
import { WakeJudge } from "./wake-judge.js";

const KEY = randomBytes(32);
const BRIDGE = "+818000000001";
const START = Date.UTC(2026, 10, 23);

let dir: string;
let now: number;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wor-judge-"));
  now = START;
});
afterEach(() => rmSync(dir, { recursive: true }));

const judge = (ringsPerMinute = 6) =>
  new WakeJudge(
    { terminal: "rabit", wakeKey: KEY, ringsFrom: [BRIDGE], ringsPerMinute },
    DurableState.open(join(dir, "state.json")),
    createLog("test", "silent"),
    () => now,
  );
const token = (counter: number, { lifeSeconds = 45, terminal = "rabit", key = KEY } = {}) =>
  encodeWakeToken(terminal, key, { counter, expiry: START / 1_000 + lifeSeconds, callId: randomUUID() });

describe("an SMS wakes", () => {
  test("when it is a token for us, once, also after a power cut", () => {
    expect(judge().sms(token(1))).toBe(true);
    expect(judge().sms(token(1))).toBe(false);
    expect(judge().sms(token(2))).toBe(true);
  });

  test("when tokens were lost, and not by the late ones", () => {
    const own = judge();
    expect(own.sms(token(9))).toBe(true);
    expect(own.sms(token(8))).toBe(false);
  });

  test.each([
    ["hello", "Hello, are you there?"],
    ["nothing", ""],
    ["another's token", token(1, { terminal: "hare" })],
    ["a forged token", token(1, { key: randomBytes(32) })],
    ["an expired token", token(1, { lifeSeconds: -1 })],
  ])("not when it says %s", (_, text) => {
    expect(judge().sms(text)).toBe(false);
  });

  test("though an expired one came before it", () => {
    const own = judge();
    expect(own.sms(token(5, { lifeSeconds: -1 }))).toBe(false);
    expect(own.sms(token(4))).toBe(true);
  });

  test("by its counter alone while the clock was never set", () => {
    now = Date.UTC(1970, 0, 1);
    const own = judge();
    expect(own.sms(token(1, { lifeSeconds: -1 }))).toBe(true);
    expect(own.sms(token(1))).toBe(false);
  });

  test("though the disk is full, and its copy does not", () => {
    const own = judge();
    mkdirSync(join(dir, "state.json.next"));
    const text = token(1);
    expect(own.sms(text)).toBe(true);
    expect(own.sms(text)).toBe(false);
  });
});

describe("a ring wakes", () => {
  test.each([
    [BRIDGE, true],
    ["+818000000002", false],
    ["08000000001", false],
    ["", false],
    [null, false],
  ])("from %s: %s", (number, wakes) => {
    expect(judge().ring(number)).toBe(wakes);
  });

  const ringsOf = (own: WakeJudge, times: number) => Array.from({ length: times }, () => own.ring(BRIDGE));

  test("as often as a minute allows, then only as time passes", () => {
    const own = judge(3);
    expect(ringsOf(own, 4)).toEqual([true, true, true, false]);
    now += 20_000;
    expect(ringsOf(own, 2)).toEqual([true, false]);
    now += 3_600_000;
    expect(ringsOf(own, 4)).toEqual([true, true, true, false]);
  });

  test("less than once a minute: the first at once", () => {
    const own = judge(0.5);
    expect(ringsOf(own, 2)).toEqual([true, false]);
    now += 119_000;
    expect(own.ring(BRIDGE)).toBe(false);
    now += 2_000;
    expect(own.ring(BRIDGE)).toBe(true);
  });

  test("foreign rings use nothing up", () => {
    const own = judge(1);
    for (let i = 0; i < 100; i += 1) own.ring("+818000000002");
    expect(own.ring(BRIDGE)).toBe(true);
  });

  test("a clock that is set, or set back, neither grants more than a minute's worth nor blocks", () => {
    now = 0;
    const own = judge(2);
    expect(ringsOf(own, 3)).toEqual([true, true, false]);
    now = START;
    expect(ringsOf(own, 3)).toEqual([true, true, false]);
    now = START - 86_400_000;
    expect(own.ring(BRIDGE)).toBe(false);
    now += 30_000;
    expect(own.ring(BRIDGE)).toBe(true);
  });
});
