import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { WorError } from "../../process/errors.js";
import type { Closable } from "../../process/lifecycle.js";
import { SAMPLE_RATE } from "./frames.js";

const START_DEADLINE_MS = 10_000;
const MAX_HEARD_BYTES = 120 * SAMPLE_RATE * 2;
const PCM = ["--raw", "--format=s16le", `--rate=${SAMPLE_RATE}`, "--channels=1"];

/**
 * A private PulseAudio with null sinks: real microphones and loudspeakers for tests and the bench, without a sound card.
 * What is played on a sink can be captured from it: the ALSA device of the same name does both.
 */
export interface Pulse extends Closable {
  /** Environment of the processes that shall use it (ALSA and Pulse clients). */
  env: Record<string, string>;
  /** Plays 48 kHz mono samples on `sink`; resolves when they have been played. */
  play(sink: string, samples: Int16Array): Promise<void>;
  /** What `sink` has rendered since it exists, silence included: the last 2 minutes at most. */
  heard(sink: string): Int16Array;
  close(): Promise<void>;
}

/**
 * Starts PulseAudio with the null sinks `sinks`; the first one is the default device.
 * Needs pulseaudio, pulseaudio-utils and libasound2-plugins.
 */
export async function startPulse(sinks: readonly [string, ...string[]]): Promise<Pulse> {
  const dir = await mkdtemp(join(tmpdir(), "wor-pulse-"));
  const socket = join(dir, "native");
  const env = {
    PULSE_SERVER: `unix:${socket}`,
    PULSE_COOKIE: join(dir, "cookie"),
    PULSE_CLIENTCONFIG: join(dir, "client.conf"),
    ALSA_CONFIG_PATH: join(dir, "asound.conf"),
  };
  await writeFile(env.PULSE_CLIENTCONFIG, "autospawn = no\n");
  await writeFile(env.ALSA_CONFIG_PATH, asoundConf(sinks));
  const children = new Children({ ...process.env, ...env, HOME: dir, XDG_RUNTIME_DIR: dir });
  const close = async () => {
    await children.close();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const server = children.start("pulseaudio", serverArgs(socket, sinks), "ignore");
    await until(() => existsSync(socket), server, "PulseAudio does not start");
    const readers = sinks.map((sink) => new MonitorReader(children, sink));
    // A null sink that nobody reads renders in blocks of 2 s; only a sink that is read behaves like a sound card.
    await until(() => readers.every((reader) => reader.hasHeard), server, "PulseAudio renders nothing");
    return {
      env,
      close,
      play: (sink, samples) => play(children, sink, samples),
      heard: (sink) => readers.find((reader) => reader.sink === sink)?.samples() ?? new Int16Array(0),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function serverArgs(socket: string, sinks: readonly string[]): string[] {
  return [
    ...["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes", "--realtime=no"],
    `--load=module-native-protocol-unix socket=${socket} auth-anonymous=1 auth-cookie-enabled=0`,
    ...sinks.map((sink) => `--load=module-null-sink sink_name=${sink} rate=${SAMPLE_RATE} channels=1 format=s16le`),
  ];
}

function asoundConf(sinks: readonly [string, ...string[]]): string {
  const pcm = (name: string, sink: string) =>
    `pcm.!${name} {
  type asym
  playback.pcm { type pulse device "${sink}" }
  capture.pcm { type pulse device "${sink}.monitor" }
}
`;
  return `</usr/share/alsa/alsa.conf>\n${pcm("default", sinks[0])}${sinks.map((sink) => pcm(sink, sink)).join("")}`;
}

async function until(isSo: () => boolean, server: ChildProcess, what: string): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (!isSo()) {
    if (server.exitCode !== null) throw new WorError("sound", `${what}: it ended with ${server.exitCode}`);
    if (Date.now() > deadline) throw new WorError("sound", `${what} within ${START_DEADLINE_MS / 1_000} s`);
    await delay(20);
  }
}

function play(children: Children, sink: string, samples: Int16Array): Promise<void> {
  const player = children.start("pacat", ["--playback", ...PCM, "--latency-msec=20", `--device=${sink}`], "pipe");
  return new Promise((resolve, reject) => {
    player.once("error", reject);
    player.once("exit", () => resolve());
    player.stdin?.on("error", () => {}).end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  });
}

/** Keeps what a sink renders. */
class MonitorReader {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(
    children: Children,
    readonly sink: string,
  ) {
    const parec = children.start("parec", [...PCM, "--latency-msec=5", `--device=${sink}.monitor`], "ignore");
    parec.stdout?.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.bytes += chunk.length;
      while (this.bytes > MAX_HEARD_BYTES) this.bytes -= this.chunks.shift()?.length ?? this.bytes;
    });
  }

  get hasHeard(): boolean {
    return this.bytes > 0;
  }

  samples(): Int16Array {
    const bytes = Uint8Array.from(Buffer.concat(this.chunks));
    return new Int16Array(bytes.buffer, 0, bytes.length >> 1);
  }
}

/** The processes of one fixture, ended together, the server (the first) last. */
class Children {
  private readonly running: ChildProcess[] = [];

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  start(command: string, args: string[], stdin: "pipe" | "ignore"): ChildProcess {
    const child = spawn(command, args, { env: this.env, stdio: [stdin, "pipe", "ignore"] });
    child.on("error", () => {});
    this.running.push(child);
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.running.reverse()) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    }
  }
}
