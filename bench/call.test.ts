import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readWav48k } from "../hardware/audio/wav.js";
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
