import { describe, expect, test } from "@jest/globals";
import { withLab } from "./lab.js";
import { TERMINAL } from "./names.js";

/** All others must have ended the call within this time. */
const WITHIN_MS = 20_000;

describe("any one process killed in the middle of a call", () => {
  test.each([
    ["gateway", "gateway-lost"],
    [TERMINAL, "terminal-lost"],
    ["emulator", "terminal-lost"],
  ] as const)(
    "%s: the others end the call, and all works again when it is back",
    async (victim, reason) => {
      await withLab({ lingerSeconds: 0 }, async ({ bench, terminalStates }) => {
        const survivor = victim === TERMINAL ? undefined : bench.process(TERMINAL);
        const talking = bench.process("gateway").waitFor("call.step", 30_000, ({ step }) => step === "terminal-heard");
        const { result } = bench.startCall("shark");
        await talking;
        const asleep = survivor?.waitFor("terminal.state", WITHIN_MS, ({ state }) => state === "asleep");
        const killedAt = Date.now();
        bench.process(victim).signal("SIGKILL");
        expect(await result).toMatchObject({ outcome: "talked", reason });
        await asleep;
        expect(Date.now() - killedAt).toBeLessThan(WITHIN_MS);
        if (survivor) expect(terminalStates().at(-1)).toBe("asleep");

        const modems = victim === "emulator" ? ["bridge", TERMINAL] : [];
        const ready = modems.map((name) =>
          bench.process(name).waitFor("modem.state", 30_000, ({ state }) => state === "registered"),
        );
        const bridgeBack =
          victim === "gateway" ? bench.process("bridge").waitFor("gateway.connected", 30_000) : undefined;
        // Whatever it was in the middle of, no data link may stay up while it sleeps.
        const linkDown = new Promise<void>((resolve) => {
          bench.on("line", ({ text }, process) => process === TERMINAL && text === "AT+CGACT=0,1" && resolve());
        });
        await bench.startProcess(victim);
        if (victim === TERMINAL) await linkDown;
        await Promise.all([...ready, bridgeBack]);
        expect(await bench.call("shark", { talkSeconds: 0.5 })).toMatchObject({
          outcome: "talked",
          reason: "caller-hung-up",
        });
      });
    },
    90_000,
  );

  test("the bridge: a call that talks needs it no more and goes on; the next one works when it is back", async () => {
    await withLab({ lingerSeconds: 0 }, async ({ bench }) => {
      const talking = bench.process("gateway").waitFor("call.step", 30_000, ({ step }) => step === "terminal-heard");
      const { process, result } = bench.startCall("shark");
      await talking;
      bench.process("bridge").signal("SIGKILL");
      await bench.process("bridge").exited;
      const asleep = bench.process(TERMINAL).waitFor("terminal.state", 30_000, ({ state }) => state === "asleep");
      process.signal("SIGINT");
      expect(await result).toMatchObject({ outcome: "talked", reason: "caller-hung-up" });
      await asleep;
      await bench.startProcess("bridge");
      expect(await bench.call("shark", { talkSeconds: 0.5 })).toMatchObject({ outcome: "talked" });
    });
  }, 90_000);

  test("the bridge while it rings: a final answer, and the ring has ended", async () => {
    await withLab({ calls: { bridgeGraceSeconds: 2 }, ringsFrom: [] }, async ({ bench, emulator }) => {
      const call = bench.call("shark");
      await bench.process("bridge").waitFor("wake.sent", 20_000);
      const ignored = bench.process(TERMINAL).waitFor("wake.ignored", 10_000);
      bench.process("bridge").signal("SIGKILL");
      expect(await call).toMatchObject({ outcome: "unreachable", reason: "bridge-gone", wakes: { ring: 1 } });
      await ignored.catch(() => {});
      // The modem of the dead bridge still rings, until somebody opens it again.
      await bench.startProcess("bridge");
      const reply = await emulator({ op: "ring", modem: TERMINAL, from: "+818099990000", seconds: 1 });
      expect(reply).toMatchObject({ ok: true });
    });
  }, 60_000);

  test("the bridge while it wakes: a final answer that says so", async () => {
    await withLab({ calls: { bridgeGraceSeconds: 2 } }, async ({ bench, emulator }) => {
      await emulator({ op: "power", modem: TERMINAL, on: false });
      const call = bench.call("shark");
      await bench.process("bridge").waitFor("wake.failed", 20_000);
      const killedAt = Date.now();
      bench.process("bridge").signal("SIGKILL");
      expect(await call).toMatchObject({ outcome: "unreachable", reason: "bridge-gone" });
      expect(Date.now() - killedAt).toBeLessThan(WITHIN_MS);
    });
  }, 60_000);

  test("the caller: the terminal stops ringing or talking and sleeps", async () => {
    await withLab({ lingerSeconds: 0 }, async ({ bench, lines }) => {
      const talking = bench.process("gateway").waitFor("call.step", 30_000, ({ step }) => step === "terminal-heard");
      const { process, result } = bench.startCall("shark");
      const killed = expect(result).rejects.toThrow();
      await talking;
      const asleep = bench.process(TERMINAL).waitFor("terminal.state", WITHIN_MS, ({ state }) => state === "asleep");
      process.signal("SIGKILL");
      await killed;
      await asleep;
      expect(lines("call.ended", "gateway").at(-1)).toMatchObject({ outcome: "talked", reason: "caller-lost" });
      expect(await bench.call("dog", { talkSeconds: 0.5 })).toMatchObject({ outcome: "talked" });
    });
  }, 60_000);
});
