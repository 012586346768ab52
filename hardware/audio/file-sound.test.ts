import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { WaveFile } from "wavefile";
import { similarity } from "./correlation.js";
import { frameAt } from "./file-sound.js";
import { level } from "./frames.js";
import { openSound } from "./open-sound.js";
import { SoundConfig } from "./sound.js";
import { readWav48k } from "./wav.js";
import { WavRecorder } from "./wav-recorder.js";

const dir = mkdtempSync(join(tmpdir(), "wor-sound-"));
afterAll(() => rmSync(dir, { recursive: true }));

const quiet = { debug: () => {}, warn: () => {} };
const shark = join(__dirname, "..", "..", "bench", "sounds", "shark.wav");

const FORMATS: [string, number, number, string][] = [
  ["8 kHz mu-law, mono", 8_000, 1, "8m"],
  ["8 kHz a-law, mono", 8_000, 1, "8a"],
  ["44.1 kHz, 16 bit, stereo", 44_100, 2, "16"],
  ["48 kHz, 24 bit, mono", 48_000, 1, "24"],
  ["96 kHz, 16 bit, 4 channels", 96_000, 4, "16"],
  ["16 kHz, float, stereo", 16_000, 2, "32f"],
  ["11.025 kHz, 8 bit, mono", 11_025, 1, "8"],
];

describe("a WAV file as a microphone", () => {
  test.each(FORMATS)("is read as 48 kHz mono: %s", (_, rate, channels, depth) => {
    const file = join(dir, "chirp.wav");
    writeFileSync(file, chirpWav(rate, channels, depth));
    const samples = readWav48k(file);
    expect(Math.abs(samples.length - 57_600)).toBeLessThan(100);
    // wavefile stretches by up to one sample of the source, 0.125 ms at 8 kHz.
    expect(similarity(samples, chirp(48_000))).toBeGreaterThan(0.95);
  });

  test.each([
    ["missing.wav", undefined],
    ["empty.wav", ""],
    ["text.wav", "this is not a WAV file at all, it is a text"],
    ["silent.wav", new WaveFile()],
  ])("that cannot be used is named: %s", async (name, content) => {
    const file = join(dir, name);
    if (content instanceof WaveFile) {
      content.fromScratch(1, 48_000, "16", []);
      writeFileSync(file, content.toBuffer());
    } else if (content !== undefined) writeFileSync(file, content);
    const opening = openSound(SoundConfig.parse({ kind: "file", capture: file }), quiet);
    await expect(opening).rejects.toMatchObject({ code: "sound", message: expect.stringContaining(name) });
  });

  test("comes from its first sample, in frames of its own, round and round, in time", async () => {
    const sound = await openSound(SoundConfig.parse({ kind: "file", capture: shark }), quiet);
    const frames: Int16Array[] = [];
    const from = performance.now();
    await new Promise<void>((resolve) => {
      void sound.start((frame) => {
        if (frames.push(frame) === 50) resolve();
      });
    });
    expect(performance.now() - from).toBeGreaterThan(450);
    await sound.close();
    const heard = frames.length;
    const original = readWav48k(shark);
    expect(frames.flatMap((frame) => [...frame])).toEqual([...original.subarray(0, heard * 480)]);
    expect(new Set(frames.map((frame) => frame.buffer)).size).toBe(heard);
    const seam = original.length - 100;
    expect([...frameAt(original, seam)]).toEqual([...original.subarray(seam), ...original.subarray(0, 380)]);
  });
});

describe("a WAV file as a loudspeaker", () => {
  test("holds what was played where it was played, gaps as silence, no more than allowed", async () => {
    const file = join(dir, "played.wav");
    let now = 5_000;
    const recorder = await WavRecorder.open(file, 2, () => now);
    const loud = new Int16Array(480).fill(1_000);
    const play = (count: number) => {
      for (let i = 0; i < count; i++, now += 10) recorder.write(loud);
    };
    play(30);
    now += 700;
    play(20);
    expect(await closedLength(recorder, file)).toBe(1.2);
    const levels = Array.from({ length: 12 }, (_, tenth) =>
      level(readWav48k(file).subarray(tenth * 4_800, (tenth + 1) * 4_800)),
    );
    expect(levels.map(Math.round)).toEqual([1_000, 1_000, 1_000, 0, 0, 0, 0, 0, 0, 0, 1_000, 1_000]);

    const capped = await WavRecorder.open(file, 2, () => now);
    capped.write(loud);
    now += 3_600_000;
    capped.write(loud);
    expect(await closedLength(capped, file)).toBe(2);
  });

  test("does not stretch when frames come in bursts, and drops what is far ahead of the clock", async () => {
    const file = join(dir, "bursts.wav");
    let now = 0;
    const recorder = await WavRecorder.open(file, 10, () => now);
    for (let burst = 0; burst < 10; burst++, now += 100)
      for (let i = 0; i < 10; i++) recorder.write(new Int16Array(480).fill(burst));
    for (let i = 0; i < 1_000; i++) recorder.write(new Int16Array(480));
    expect(await closedLength(recorder, file)).toBeCloseTo(2, 1);
  });

  test("that cannot be written is named", async () => {
    const config = { kind: "file", capture: shark, playback: join(dir, "none", "heard.wav") };
    await expect(openSound(SoundConfig.parse(config), quiet)).rejects.toMatchObject({
      code: "sound",
      message: expect.stringContaining("none/heard.wav"),
    });
  });
});

async function closedLength(recorder: WavRecorder, file: string): Promise<number> {
  await Promise.all([recorder.close(), recorder.close()]);
  recorder.write(new Int16Array(480));
  return readWav48k(file).length / 48_000;
}

/** 1.2 s that rise from 200 Hz to 2.2 kHz. */
function chirp(rate: number): Int16Array {
  return Int16Array.from({ length: 1.2 * rate }, (_, i) => {
    const t = i / rate;
    return 12_000 * Math.sin(2 * Math.PI * (200 * t + 500 * t * t));
  });
}

function chirpWav(rate: number, channels: number, depth: string): Uint8Array {
  const samples = chirp(rate);
  const wav = new WaveFile();
  wav.fromScratch(channels, rate, "16", channels === 1 ? samples : Array.from({ length: channels }, () => samples));
  if (depth === "8m") wav.toMuLaw();
  else if (depth === "8a") wav.toALaw();
  else if (depth !== "16") wav.toBitDepth(depth);
  return wav.toBuffer();
}
