import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { similarity } from "../hardware/audio/correlation.js";
import { startPulse } from "../hardware/audio/pulse-fixture.js";
import { readWav48k } from "../hardware/audio/wav.js";
import { withLab } from "./lab.js";
import { SOUNDS } from "./main.js";

const SAME = 0.6;

describe("sound cards", () => {
  test("node-record-lpcm16 and speaker at both ends: what goes into one microphone comes out of the other loudspeaker", async () => {
    const pulse = await startPulse(["sharkMicrophone", "sharkLoudspeaker", "rabitMicrophone", "rabitLoudspeaker"]);
    try {
      const alsa = {
        caller: { captureDevice: "sharkMicrophone", playbackDevice: "sharkLoudspeaker" },
        terminal: { captureDevice: "rabitMicrophone", playbackDevice: "rabitLoudspeaker" },
      };
      await withLab({ sound: "alsa", alsa, env: pulse.env }, async ({ bench }) => {
        const [shark, rabit] = ["shark", "rabit"].map((who) => readWav48k(join(SOUNDS, `${who}.wav`)));
        if (!shark || !rabit) throw new Error("no speech");
        const talking = bench.process("gateway").waitFor("call.step", 30_000, ({ step }) => step === "terminal-media");
        const { process, result } = bench.startCall("shark");
        await talking;
        await Promise.all([pulse.play("sharkMicrophone", shark), pulse.play("rabitMicrophone", rabit)]);
        process.signal("SIGINT");
        expect(await result).toMatchObject({ outcome: "talked", reason: "caller-hung-up" });
        expect(similarity(pulse.heard("rabitLoudspeaker"), shark)).toBeGreaterThan(SAME);
        expect(similarity(pulse.heard("sharkLoudspeaker"), rabit)).toBeGreaterThan(SAME);
      });
    } finally {
      await pulse.close();
    }
  }, 60_000);
});
