import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { SerialPort } from "serialport";
import * as serialportGsm from "serialport-gsm";
import { AtChannel } from "../hardware/modem/at-channel.js";
import type { AtCommand } from "../hardware/modem/at-command.js";
import { Modem } from "../hardware/modem/modem.js";
import { openSerialLine } from "../hardware/modem/serial-line.js";
import { createLog } from "../process/log.js";
import { EmulatorProcess } from "./emulator-process.js";
import { quantile } from "./quantile.js";
import { burst } from "./urc-burst.js";

const AT: AtCommand<void> = { text: "AT", prefix: null, timeoutMs: 5_000, parse: () => {} };
const ECHO_OFF: AtCommand<void> = { ...AT, text: "ATE0" };
const BAUD_RATE = 115_200;
const READY_MS = 10_000;
const log = createLog("bench", "silent");

/** Somebody who sends AT and waits for OK. */
interface Contender {
  trip(): Promise<unknown>;
  close(): Promise<unknown>;
}

const CONTENDERS: Readonly<Record<string, (port: string) => Promise<Contender>>> = {
  "raw serialport": openRaw,
  "our AtChannel": openChannel,
  "our Modem, without rest": openModem,
  "serialport-gsm": openSerialportGsm,
};
const RAW = "raw serialport";
const WARM_UP_TRIPS = 500;

/** `npm run bench:at [-- --rounds 60 --trips 50 --urcs 100000 --json FILE]`: what our AT stack costs. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "60" },
      trips: { type: "string", default: "50" },
      urcs: { type: "string", default: "100000" },
      json: { type: "string" },
    },
  });
  const roundTrips = summarise(await measureTrips(Number(values.rounds), Number(values.trips)));
  const urcs = await burst(Number(values.urcs));
  process.stdout.write(`${table(roundTrips)}\n\n`);
  process.stdout.write(
    `${urcs.sent} URCs in a burst: ${urcs.lost} lost, ${urcs.misplaced} out of order, ${Math.round(urcs.perSecond)} a second; ` +
      `${urcs.answered} commands answered meanwhile\n`,
  );
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ roundTrips, urcs }, null, 2)}\n`);
}

/** Short turns, each on its own modem of one network, so that what else the machine does meets all alike. By round. */
async function measureTrips(rounds: number, trips: number): Promise<Map<string, number[][]>> {
  const emulator = new EmulatorProcess();
  const names = Object.keys(CONTENDERS);
  const times = new Map(names.map((name) => [name, [] as number[][]]));
  const opened: [number[][], Contender][] = [];
  try {
    const modems = names.map((_, index) => ({ name: `modem${index}`, tel: `+81800000010${index}` }));
    await emulator.start({ modems });
    for (const [index, [name, open]] of Object.entries(CONTENDERS).entries())
      opened.push([times.get(name) ?? [], await open(emulator.port(`modem${index}`))]);
    for (const [, contender] of opened) await timeTrips(contender, WARM_UP_TRIPS); // until everything is compiled
    for (let round = 0; round < rounds; round += 1)
      for (const [taken, contender] of opened) taken.push(await timeTrips(contender, trips));
  } finally {
    for (const [, contender] of opened) await contender.close();
    await emulator.close();
  }
  return times;
}

/** @returns each in us */
async function timeTrips(contender: Contender, trips: number): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < trips; i += 1) {
    const from = performance.now();
    await contender.trip();
    taken.push((performance.now() - from) * 1_000);
  }
  return taken;
}

/** As little as one can do: write AT, and look for OK at the end of what has come. */
async function openRaw(path: string): Promise<Contender> {
  const serial = new SerialPort({ path, baudRate: BAUD_RATE, autoOpen: false });
  await new Promise<void>((resolve, reject) => serial.open((error) => (error ? reject(error) : resolve())));
  let heard = "";
  let answered = () => {};
  serial.on("data", (chunk: Buffer) => {
    heard += chunk.toString("latin1");
    if (!heard.endsWith("OK\r\n")) return;
    heard = "";
    answered();
  });
  const send = (text: string) =>
    new Promise<void>((resolve) => {
      answered = resolve;
      serial.write(text);
    });
  await send("ATE0\r");
  return { trip: () => send("AT\r"), close: () => new Promise((resolve) => serial.close(resolve)) };
}

async function openChannel(port: string): Promise<Contender> {
  const line = await openSerialLine({ port, baudRate: BAUD_RATE, nodeCheckMs: 5_000, onGone: () => {} });
  const channel = new AtChannel(line.stream);
  await channel.run(ECHO_OFF);
  return { trip: () => channel.run(AT), close: () => line.close() };
}

/** Without the rest between commands that a profile gives a real modem: 20 ms would be all that is seen. */
async function openModem(port: string): Promise<Contender> {
  const modem = new Modem({ name: "modem", port, baudRate: BAUD_RATE, log, times: { restMs: 0 } });
  modem.start();
  await modem.ready(READY_MS);
  return { trip: () => modem.run(AT), close: () => modem.close() };
}

/** It waits for the echo of what it sent, so the echo stays on. */
async function openSerialportGsm(port: string): Promise<Contender> {
  const modem = serialportGsm.Modem();
  await modem.open(port, { baudRate: BAUD_RATE });
  return { trip: () => modem.executeCommand("AT"), close: () => modem.close() };
}

interface Row {
  name: string;
  trips: number;
  medianUs: number;
  p90Us: number;
  /** The median over the rounds: its median of a round against that of raw in the same round. */
  timesRaw: number;
}

function summarise(times: Map<string, number[][]>): Row[] {
  const raw = (times.get(RAW) ?? []).map(median);
  return [...times].map(([name, rounds]) => {
    const taken = rounds.flat();
    const timesRaw = median(rounds.map((round, index) => median(round) / (raw[index] ?? Number.NaN)));
    return { name, trips: taken.length, medianUs: median(taken), p90Us: quantile(taken, 0.9), timesRaw };
  });
}

const median = (values: number[]) => quantile(values, 0.5);

function table(rows: Row[]): string {
  const head = `${"AT -> OK on a pty, us".padEnd(26)}${["trips", "median", "p90", "x raw"].map((name) => name.padStart(9)).join("")}`;
  const lines = rows.map(({ name, trips, medianUs, p90Us, timesRaw }) =>
    [
      name.padEnd(26),
      ...[String(trips), medianUs.toFixed(0), p90Us.toFixed(0), timesRaw.toFixed(2)].map((text) => text.padStart(9)),
    ].join(""),
  );
  return [head, ...lines].join("\n");
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`bench:at: ${error.message}\n`);
    process.exit(1);
  },
);
