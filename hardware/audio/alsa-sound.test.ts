import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { similarity } from "./correlation.js";
import { type Pulse, startPulse } from "./pulse-fixture.js";
import { readWav48k } from "./wav.js";

const ROOT = join(__dirname, "..", "..");
const BUILT = join(ROOT, "dist", "hardware", "audio");
const shark = join(ROOT, "bench", "sounds", "shark.wav");
const rabit = join(ROOT, "bench", "sounds", "rabit.wav");
const dir = mkdtempSync(join(tmpdir(), "wor-alsa-"));
let pulse: Pulse;

beforeAll(async () => {
  pulse = await startPulse(["microphone", "loudspeaker"]);
});

afterAll(async () => {
  await pulse.close();
  rmSync(dir, { recursive: true });
});

describe("ALSA sound on a private PulseAudio", () => {
  test("plays one speech on the loudspeaker while it hears another from the microphone", async () => {
    const captured = join(dir, "captured.wav");
    const recorded = join(dir, "recorded.wav");
    const program = `
      const sound = await openSound({ kind: "alsa", captureDevice: "microphone", playbackDevice: "loudspeaker",
        playback: ${JSON.stringify(recorded)}, maxSeconds: 60 }, log);
      const microphone = await WavRecorder.open(${JSON.stringify(captured)}, 60);
      await sound.start((frame) => microphone.write(frame));
      console.log("started");
      const speech = readWav48k(${JSON.stringify(rabit)});
      let at = 0;
      await new Promise((resolve) => {
        const stop = every10ms(() => {
          sound.play(frameAt(speech, at));
          at += 480;
          if (at >= speech.length) { stop(); setTimeout(resolve, 300); }
        });
      });
      await sound.close();
      await microphone.close();`;
    const run = running(program, pulse.env);
    await once(run.child.stdout, "data");
    await pulse.play("microphone", readWav48k(shark));
    expect(await run.ended).toMatchObject({ code: 0, stderr: "" });

    expect(similarity(readWav48k(captured), readWav48k(shark))).toBeGreaterThan(0.35);
    expect(similarity(pulse.heard("loudspeaker"), readWav48k(rabit))).toBeGreaterThan(0.35);
    expect(similarity(pulse.heard("loudspeaker"), readWav48k(shark))).toBeLessThan(0.3);
    expect(similarity(readWav48k(recorded), readWav48k(rabit))).toBeGreaterThan(0.35);
  });

  test("a burst of frames, as after a stall of the network, is not kept as delay", async () => {
    const run = running(
      `
      const sound = await openSound({ kind: "alsa", captureDevice: "microphone", playbackDevice: "loudspeaker", maxSeconds: 60 }, log);
      const tick = new Int16Array(480);
      let played = 0;
      const written = Speaker.prototype.write;
      Speaker.prototype.write = function (bytes) { played += bytes.length / 96; return written.call(this, bytes); };
      for (let i = 0; i < 50; i++) sound.play(tick);
      console.log(JSON.stringify({ played }));
      await sound.close();`,
      pulse.env,
    );
    const { code, stdout } = await run.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).played).toBeLessThanOrEqual(80);
  });

  test.each([
    ["a loudspeaker", { playbackDevice: "nothing" }, "aplay -L"],
    ["a microphone", { captureDevice: "nothing" }, "arecord -L"],
  ])("%s that does not exist is an error, not a crash", async (what, devices, advice) => {
    const config = { kind: "alsa", captureDevice: "microphone", playbackDevice: "loudspeaker", ...devices };
    const run = running(attempt(config), pulse.env);
    const { stdout } = await run.ended;
    expect(stdout).toContain(`sound The ${what.slice(2)} (ALSA device nothing) cannot be opened`);
    expect(stdout).toContain(advice);
  });

  test("without a usable default device the loudspeaker is refused before `speaker` can abort", async () => {
    const env = { ...pulse.env, PULSE_SERVER: `unix:${join(dir, "nobody")}` };
    const { stdout, code } = await running(attempt({ kind: "alsa", captureDevice: "x", playbackDevice: "x" }), env)
      .ended;
    expect(code).toBe(0);
    expect(stdout).toContain("sound The loudspeaker");
  });

  test("without alsa-utils it says what to install", async () => {
    const env = { ...pulse.env, PATH: dir };
    const { stdout } = await running(attempt({ kind: "alsa", captureDevice: "x", playbackDevice: "x" }), env).ended;
    expect(stdout).toContain("install alsa-utils");
  });
});

test("the fixture leaves nothing behind", async () => {
  const own = await startPulse(["only"]);
  const conf = own.env.ALSA_CONFIG_PATH ?? "";
  expect(readFileSync(conf, "utf8")).toContain("only.monitor");
  await own.close();
  await own.close();
  expect(() => readFileSync(conf)).toThrow("ENOENT");
});

function attempt(config: object): string {
  return `
    try {
      const sound = await openSound(${JSON.stringify(config)}, log);
      await sound.start(() => {}).finally(() => sound.close());
    } catch (error) {
      console.log(error.code, error.message);
    }`;
}

/** Runs `program` as the media child would: in a process of its own, which \`speaker\` may abort. */
function running(program: string, env: NodeJS.ProcessEnv) {
  const script = `
    const load = (name) => require(${JSON.stringify(`${BUILT}/`)} + name + ".js");
    const { openSound } = load("open-sound");
    const { WavRecorder } = load("wav-recorder");
    const { readWav48k } = load("wav");
    const { frameAt } = load("file-sound");
    const { every10ms } = load("pacer");
    const Speaker = process.env.PULSE_SERVER.endsWith("native") ? require("speaker") : undefined;
    const log = { debug() {}, warn: (fields, event) => console.error(event, fields) };
    (async () => { ${program}
    })().then(() => process.exit(0));`;
  const child = spawn(process.execPath, ["-e", script], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, ended };
}
