import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { EmulatorProcess } from "./emulator-process.js";
import { isInstalled } from "./interop/daemon.js";
import { gammuSmsd, ourBridge, smstools, type WakeProgram, type Way } from "./wake-programs.js";

const MODEM_MS = { sms: 2_500, ring: 3_000 };
const LOOK_MS = 25;
const GIVEN_UP_MS = 240_000;

interface Contender {
  program: string;
  way: Way;
  /** The command that it needs. */
  command?: string;
  open(emulator: EmulatorProcess, modem: string, tel: string): WakeProgram;
}

const OURS = "our bridge";
/** The others as they are shipped, and looking for new messages every second. */
const CONTENDERS: readonly Contender[] = [
  { program: OURS, way: "sms", open: (...at) => ourBridge(...at, "sms") },
  { program: "gammu-smsd", way: "sms", command: "gammu-smsd", open: gammuSmsd },
  { program: "gammu-smsd, 1 s", way: "sms", command: "gammu-smsd", open: (...at) => gammuSmsd(...at, 1) },
  { program: "smstools", way: "sms", command: "smsd", open: smstools },
  { program: "smstools, 1 s", way: "sms", command: "smsd", open: (...at) => smstools(...at, 1) },
  // The others ring nobody.
  { program: OURS, way: "ring", open: (...at) => ourBridge(...at, "ring") },
];

/** How the wakes come: all at once, or each when the one before it has gone. */
const ARRIVALS = ["all at once", "one by one"] as const;
type Arrival = (typeof ARRIVALS)[number];

/** `npm run bench:sms [-- --wakes 12 --singles 5 --json FILE]`: wakes a minute through one modem, all programs side by side. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      wakes: { type: "string", default: "12" },
      singles: { type: "string", default: "5" },
      json: { type: "string" },
    },
  });
  const present = CONTENDERS.filter(({ program, command }) => {
    const installed = command === undefined || isInstalled(command);
    if (!installed) process.stdout.write(`*** skipped, not installed: ${program} ***\n`);
    return installed;
  });
  const rows = rowsOf(
    await measure(present, { "all at once": Number(values.wakes), "one by one": Number(values.singles) }),
  );
  process.stdout.write(`${table(rows)}\n`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ modemMs: MODEM_MS, rows }, null, 2)}\n`);
}

/** One contender on its own modem, calling a number of its own. */
interface Run {
  contender: Contender;
  arrival: Arrival;
  modem: string;
  terminal: string;
  tel: string;
  program: WakeProgram;
  wanted: number;
  /** When each wake went over the air. */
  times: number[];
}

/** Every contender with every arrival, at the same time on one network: they mostly wait. */
async function measure(contenders: readonly Contender[], wakes: Record<Arrival, number>): Promise<Run[]> {
  const emulator = new EmulatorProcess();
  const runs: Run[] = [];
  try {
    const plans = contenders
      .flatMap((contender) => ARRIVALS.map((arrival) => ({ contender, arrival })))
      .map((plan, i) => ({ ...plan, modem: `m${i}`, terminal: `t${i}`, tel: `+8180000002${10 + i}` }));
    await emulator.start({
      modems: plans.flatMap(({ modem, terminal, tel }, i) => [
        { name: modem, tel: `+8180000001${10 + i}` },
        { name: terminal, tel },
      ]),
      waits: { smsSubmit: [MODEM_MS.sms, MODEM_MS.sms], callSetup: [MODEM_MS.ring, MODEM_MS.ring] },
    });
    for (const plan of plans) {
      const program = plan.contender.open(emulator, plan.modem, plan.tel);
      // One more than is counted: the first shows that the program has started.
      runs.push({ ...plan, program, wanted: wakes[plan.arrival] + 1, times: [] });
    }
    for (const { arrival, program, wanted } of runs)
      for (let i = 0; i < (arrival === "all at once" ? wanted : 1); i += 1) await program.add();
    for (const { program } of runs) program.start();
    await watch(emulator, runs);
    return runs;
  } finally {
    await Promise.all(runs.map(({ program }) => program.close()));
    await emulator.close();
  }
}

async function watch(emulator: EmulatorProcess, runs: Run[]): Promise<void> {
  const givenUpAt = performance.now() + GIVEN_UP_MS;
  while (runs.some(({ times, wanted }) => times.length < wanted) && performance.now() < givenUpAt) {
    const counters = await emulator.counters();
    for (const { contender, arrival, modem, terminal, program, wanted, times } of runs) {
      const gone = contender.way === "sms" ? counters[modem]?.smsSent : counters[terminal]?.callsReceived;
      while (times.length < Math.min(wanted, gone ?? 0)) {
        times.push(performance.now());
        if (arrival === "one by one" && times.length < wanted) await program.add();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

interface Row {
  program: string;
  way: Way;
  arrival: Arrival;
  wakes: number;
  perMinute: number;
  /** Of what the modem allows. */
  share: number;
  /** Ours against it; null: nothing to compare. */
  oursIs: number | null;
}

function rowsOf(runs: Run[]): Row[] {
  const rateOf = (run: Run | undefined) => {
    const { times = [] } = run ?? {};
    return ((times.length - 1) / ((times.at(-1) ?? Number.NaN) - (times[0] ?? Number.NaN))) * 60_000;
  };
  return runs.map((run) => {
    const { contender, arrival, times } = run;
    const { program, way } = contender;
    const ours = runs.find((o) => o.contender.program === OURS && o.contender.way === way && o.arrival === arrival);
    const perMinute = rateOf(run);
    const share = (perMinute * MODEM_MS[way]) / 60_000;
    return {
      program,
      way,
      arrival,
      wakes: times.length - 1,
      perMinute,
      share,
      oursIs: ours === run ? null : rateOf(ours) / perMinute,
    };
  });
}

function table(rows: Row[]): string {
  const line = (name: string, cells: string[]) => [name.padEnd(32), ...cells.map((cell) => cell.padStart(12))].join("");
  return [
    `wakes through one modem that takes ${MODEM_MS.sms / 1_000} s an SMS and ${MODEM_MS.ring / 1_000} s a ring`,
    ...ARRIVALS.flatMap((wanted) => [
      line(wanted, ["wakes", "a minute", "of allowed", "ours is"]),
      ...rows
        .filter(({ arrival }) => arrival === wanted)
        .map(({ program, way, wakes, perMinute, share, oursIs }) =>
          line(`  ${program}, ${way}`, [
            String(wakes),
            perMinute.toFixed(1),
            `${(share * 100).toFixed(0)} %`,
            oursIs === null ? "" : `${oursIs.toFixed(2)} x`,
          ]),
        ),
    ]),
  ].join("\n");
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`bench:sms: ${error.message}\n`);
    process.exit(1);
  },
);
