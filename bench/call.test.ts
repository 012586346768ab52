import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readWav48k } from "../hardware/audio/wav.js";
import { BreakableRelay } from "./breakable-relay.js";
import { withLab } from "./lab.js";
import { TERMINAL } from "./names.js";
import { isSpeechOf } from "./speech.js";

describe("one whole call", () => {
  test.each(["ring", "sms"] as const)("a sleeping terminal is woken by %s and both hear each other", async (way) => {
    await withLab({ way, record: true, lingerSeconds: 0 }, async ({ bench, dir, terminalStates }) => {
      const asleep = bench.process(TERMINAL).waitFor("terminal.state", 60_000, ({ state }) => state === "asleep");
      const result = await bench.call("shark", { talkSeconds: 3 });

      expect(result).toMatchObject({ outcome: "talked", reason: "caller-hung-up", exitCode: 0 });
      expect(result.wakes).toEqual(way === "ring" ? { ring: 1, sms: 0 } : { ring: 0, sms: 1 });
      const steps = result.timeline.map(({ no, step }) => `${no} ${step}`);
      for (const step of ["23 call-request", "24 being-woken", "25 wor-request", "26 wor-signal", "27 login"])
        expect(steps).toContain(step);
      const handover = steps.filter((step) => /^(27|28|29|30) /.test(step));
      expect(handover).toEqual(["27 login", "28 mobile-information", "29 offer", "30 alerting", "30 answer"]);
      expect(steps).toEqual(expect.arrayContaining(["sound caller-heard", "sound terminal-heard"]));

      await asleep;
      expect(terminalStates()).toEqual(["attaching", "logging-in", "alerting", "in-call", "lingering", "asleep"]);
      expect(isSpeechOf("shark", readWav48k(join(dir, "terminal-heard.wav")))).toBe(true);
      expect(isSpeechOf("rabit", readWav48k(join(dir, "caller-heard.wav")))).toBe(true);
    });
  });

  test("the SMS came while the terminal's process was not running: it is found at the start, and the call succeeds", async () => {
    await withLab({ way: "sms" }, async ({ bench }) => {
      await bench.process(TERMINAL).close();
      const sent = bench.process("gateway").waitFor("call.step", 20_000, ({ step }) => step === "wor-signal");
      const call = bench.call("shark", { talkSeconds: 0.5 });
      await sent;
      await bench.startProcess(TERMINAL);
      expect(await call).toMatchObject({ outcome: "talked", wakes: { ring: 0, sms: 1 } });
    });
  });

  test("the connection to the gateway breaks once while the terminal logs in: it tries again, and the call succeeds", async () => {
    const relay = new BreakableRelay();
    const port = await relay.start();
    try {
      relay.once("accepted", () => relay.cut());
      const dataVia = { port, leadTo: (gateway: number) => relay.leadTo(gateway) };
      await withLab({ way: "sms", dataVia }, async ({ bench, terminalStates }) => {
        expect(await bench.call("shark", { talkSeconds: 0.5 })).toMatchObject({ outcome: "talked", wakes: { sms: 1 } });
        expect(terminalStates().slice(0, 4)).toEqual(["attaching", "logging-in", "asleep", "attaching"]);
      });
    } finally {
      await relay.close();
    }
  });

  test("a terminal that lingers is called without a wake", async () => {
    await withLab({ lingerSeconds: 30 }, async ({ bench }) => {
      expect((await bench.call("shark", { talkSeconds: 0.5 })).outcome).toBe("talked");
      const again = await bench.call("dog", { talkSeconds: 0.5 });
      expect(again).toMatchObject({ outcome: "talked", wakes: { ring: 0, sms: 0 } });
      expect(again.timeline.map(({ no }) => no)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/24|25|26|27/)]),
      );
    });
  });

  test("a terminal that is not reached does not keep the bridge's only modem from another", async () => {
    await withLab({ moreTerminals: ["usagi"], calls: { wakeDeadlineSeconds: 20 } }, async ({ bench, emulator }) => {
      await emulator({ op: "power", modem: TERMINAL, on: false });
      const failed = bench.process("bridge").waitFor("wake.failed", 20_000);
      const { process, result } = bench.startCall("shark");
      await failed;
      expect(await bench.call("dog", { terminal: "usagi", talkSeconds: 0.5 })).toMatchObject({ outcome: "talked" });
      process.signal("SIGINT");
      expect(await result).toMatchObject({ outcome: "cancelled" });
    });
  });

  test("two terminals on one gateway are called at the same time", async () => {
    await withLab({ moreTerminals: ["usagi"] }, async ({ bench }) => {
      const results = await Promise.all([
        bench.call("shark", { talkSeconds: 1 }),
        bench.call("dog", { terminal: "usagi", talkSeconds: 1 }),
      ]);
      expect(results.map(({ outcome }) => outcome)).toEqual(["talked", "talked"]);
    });
  });
});
