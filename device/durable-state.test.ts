import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { DurableState } from "./durable-state.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wor-state-"));
  file = join(dir, "state.json");
});
afterEach(() => rmSync(dir, { recursive: true }));

test("starts from zero, and is on disk when it was saved", () => {
  const state = DurableState.open(file);
  expect(state.wakeCounter).toBe(0);
  state.saveWakeCounter(7);
  expect(state.wakeCounter).toBe(7);
  expect(DurableState.open(file).wakeCounter).toBe(7);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("the counter never goes back", () => {
  const state = DurableState.open(file);
  state.saveWakeCounter(7);
  state.saveWakeCounter(3);
  expect(state.wakeCounter).toBe(7);
  expect(DurableState.open(file).wakeCounter).toBe(7);
});

test.each([
  ["nothing", ""],
  ["half of it", '{"wakeCou'],
  ["all of it", '{"wakeCounter":8}'],
])("a power cut that left a new file with %s beside the old one is harmless", (_, left) => {
  DurableState.open(file).saveWakeCounter(7);
  writeFileSync(`${file}.next`, left);
  const state = DurableState.open(file);
  expect(state.wakeCounter).toBe(7);
  state.saveWakeCounter(9);
  expect(DurableState.open(file).wakeCounter).toBe(9);
});

test.each(["", "{", "null", "{}", '{"wakeCounter":-1}', '{"wakeCounter":1.5}', '{"wakeCounter":"7"}'])(
  "a file that says %j is refused and left: old wakes must not come in again",
  (damaged) => {
    writeFileSync(file, damaged);
    expect(() => DurableState.open(file)).toThrow(expect.objectContaining({ code: "state-file" }));
    expect(() => DurableState.open(file)).toThrow(/state\.json: is damaged/);
    expect(readFileSync(file, "utf8")).toBe(damaged);
  },
);

test("a file that cannot be read is refused", () => {
  mkdirSync(file);
  expect(() => DurableState.open(file)).toThrow(expect.objectContaining({ code: "state-file" }));
});
