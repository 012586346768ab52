import { describe, expect, test } from "@jest/globals";
import { withLab } from "./lab.js";
import { TERMINAL } from "./names.js";

describe("hanging up works from both ends at every moment", () => {
  test("the caller, while the terminal is being woken: the ring stops and nobody is alarmed", async () => {
    // The terminal's modem is not reached, so that the waking lasts.
    await withLab({}, async ({ bench, emulator, terminalStates }) => {
      await emulator({ op: "power", modem: TERMINAL, on: false });
      const { process, result } = bench.startCall("shark");
      await bench.process("bridge").waitFor("wake.failed", 20_000);
      process.signal("SIGINT");
      expect(await result).toMatchObject({ outcome: "cancelled", reason: "caller-hung-up", exitCode: 3 });
      expect(terminalStates()).toEqual([]);
    });
  });

  test("the caller, while the terminal rings: lamp and buzzer go off", async () => {
    await withLab({ answer: "button", lingerSeconds: 0 }, async ({ bench, terminalStates }) => {
      const terminal = bench.process(TERMINAL);
      const alerting = terminal.waitFor("terminal.state", 20_000, ({ state }) => state === "alerting");
      const asleep = terminal.waitFor("terminal.state", 20_000, ({ state }) => state === "asleep");
      const { process, result } = bench.startCall("shark");
      await alerting;
      process.signal("SIGINT");
      expect(await result).toMatchObject({ outcome: "cancelled", reason: "caller-hung-up" });
      await asleep;
      expect(terminalStates()).toEqual(["attaching", "logging-in", "alerting", "lingering", "asleep"]);
    });
  });

  test("the terminal, while they talk", async () => {
    await withLab({ answer: "button" }, async ({ bench }) => {
      const terminal = bench.process(TERMINAL);
      const alerting = terminal.waitFor("terminal.state", 20_000, ({ state }) => state === "alerting");
      const heard = bench.process("gateway").waitFor("call.step", 30_000, ({ step }) => step === "terminal-heard");
      const call = bench.call("shark");
      await alerting;
      await bench.button("press");
      await heard;
      await bench.button("press");
      expect(await call).toMatchObject({ outcome: "talked", reason: "terminal-hung-up", exitCode: 0 });
    });
  });
});
