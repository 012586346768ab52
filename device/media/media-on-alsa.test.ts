import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { pino } from "pino";
import { similarity } from "../../hardware/audio/correlation.js";
import { type Pulse, startPulse } from "../../hardware/audio/pulse-fixture.js";
import { SoundConfig } from "../../hardware/audio/sound.js";
import { readWav48k } from "../../hardware/audio/wav.js";
import { MediaProcess } from "./media-process.js";

const SOUNDS = join(__dirname, "..", "..", "bench", "sounds");
const shark = readWav48k(join(SOUNDS, "shark.wav"));
const rabit = readWav48k(join(SOUNDS, "rabit.wav"));
const open: MediaProcess[] = [];
const environment = { ...process.env };
let pulse: Pulse;

beforeAll(async () => {
  pulse = await startPulse(["shark-mic", "shark-ear", "rabit-mic", "rabit-ear"]);
  Object.assign(process.env, pulse.env);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((media) => media.close()));
});
afterAll(async () => {
  for (const name of Object.keys(pulse.env)) delete process.env[name];
  Object.assign(process.env, environment);
  await pulse.close();
});

test("two sound cards: what is said into each microphone comes out of the other's loudspeaker", async () => {
  const caller = start("shark");
  const terminal = start("rabit");
  caller.on("candidate", (candidate) => terminal.addCandidate(candidate));
  terminal.on("candidate", (candidate) => caller.addCandidate(candidate));
  const connected = Promise.all([received(caller), received(terminal)]);
  const answer = await terminal.createAnswer(await caller.createOffer([]), []);
  terminal.talk();
  await caller.acceptAnswer(answer);
  await connected;
  await Promise.all([pulse.play("shark-mic", shark), pulse.play("rabit-mic", rabit)]);
  await Promise.all([caller.close(), terminal.close()]);

  expect(similarity(pulse.heard("rabit-ear"), shark)).toBeGreaterThan(0.35);
  expect(similarity(pulse.heard("shark-ear"), rabit)).toBeGreaterThan(0.35);
  expect(similarity(pulse.heard("rabit-ear"), rabit)).toBeLessThan(0.3);
});

test("a microphone that does not exist fails the call in words, not by a crash", async () => {
  const caller = start("shark");
  const terminal = start("rabit", "nothing");
  const failed = new Promise<string>((resolve) => terminal.on("failed", resolve));
  const answer = await terminal.createAnswer(await caller.createOffer([]), []);
  terminal.talk();
  await caller.acceptAnswer(answer);
  expect(await failed).toContain("The microphone (ALSA device nothing) cannot be opened");
});

function start(who: string, microphone = `${who}-mic`): MediaProcess {
  const sound = SoundConfig.parse({
    kind: "alsa",
    captureDevice: microphone,
    playbackDevice: `${who}-ear`,
  });
  const media = MediaProcess.start({ sound, log: pino({ level: "silent" }) });
  open.push(media);
  return media;
}

function received(media: MediaProcess): Promise<void> {
  return new Promise((resolve) => media.on("received", (first) => first === "packet" && resolve()));
}
