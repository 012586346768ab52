import { parseArgs } from "node:util";
import { seededRandom } from "../hardware/emulator/random.js";
import type { FuzzTarget } from "./fuzz/fuzz-target.js";
import { FuzzedDecoder } from "./fuzz/fuzzed-decoder.js";
import { FuzzedDigester } from "./fuzz/fuzzed-digester.js";
import { FuzzedEmulator } from "./fuzz/fuzzed-emulator.js";
import { InputMaker } from "./fuzz/input-maker.js";

const REST_EVERY = 128;
const CRASHES_SHOWN = 10;
const SLOWEST_ALLOWED_MS = 2_000;
const GROWTH_ALLOWED_MB = 64;
const MEGABYTE = 1024 * 1024;

/**
 * `npm run fuzz [-- --inputs 1000000 --seed N]`: random and mutated inputs to the digester, the PDU decoders and the
 * emulator's interpreter, all of them kept alive all the while. Ends with 1 after a crash, an input that took too
 * long, or a heap that grew.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { inputs: { type: "string", default: "1000000" }, seed: { type: "string", default: String(Date.now()) } },
  });
  const inputs = Number(values.inputs);
  const random = seededRandom(Number(values.seed));
  const targets: FuzzTarget[] = [new FuzzedDigester(random), new FuzzedDecoder(), new FuzzedEmulator()];
  process.stdout.write(`seed ${values.seed}, ${inputs} inputs\n`);
  const result = await run(targets, inputs, random);
  process.stdout.write(
    [
      `${Math.round(inputs / result.seconds)} inputs/s, ${result.seconds.toFixed(1)} s`,
      ...targets.map(({ name }) => `${name.padEnd(12)} ${result.counts.get(name) ?? 0} inputs`),
      `slowest      ${result.slowestMs.toFixed(1)} ms`,
      `heap         ${result.heapMb.map((mb) => mb.toFixed(0)).join(" -> ")} MB (after each tenth)`,
      `peak RSS     ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
      `crashes      ${result.crashes}`,
      "",
    ].join("\n"),
  );
  const [, early = 0] = result.heapMb;
  const grew = (result.heapMb.at(-1) ?? 0) > early + GROWTH_ALLOWED_MB;
  if (result.crashes > 0 || grew || result.slowestMs > SLOWEST_ALLOWED_MS) process.exitCode = 1;
}

async function run(targets: readonly FuzzTarget[], inputs: number, random: () => number) {
  const makers = targets.map(({ corpus }) => new InputMaker(corpus, random));
  const counts = new Map<string, number>();
  const heapMb: number[] = [];
  const from = performance.now();
  let crashes = 0;
  let slowestMs = 0;
  const crash = (error: unknown, name = "what was started earlier", input = "") => {
    crashes += 1;
    if (crashes <= CRASHES_SHOWN) console.error(`crash of ${name} by ${JSON.stringify(input)}`, error);
  };
  process.on("unhandledRejection", (error) => crash(error));
  for (let at = 0; at < inputs; at += 1) {
    const target = targets[at % targets.length];
    const input = makers[at % makers.length]?.make() ?? "";
    const started = performance.now();
    try {
      target?.feed(input);
    } catch (error) {
      crash(error, target?.name, input);
    }
    slowestMs = Math.max(slowestMs, performance.now() - started);
    counts.set(target?.name ?? "", (counts.get(target?.name ?? "") ?? 0) + 1);
    if (at % REST_EVERY === 0) for (const each of targets) await each.rest();
    if (at % Math.ceil(inputs / 10) === 0) heapMb.push(process.memoryUsage().heapUsed / MEGABYTE);
  }
  return { seconds: (performance.now() - from) / 1_000, counts, heapMb, crashes, slowestMs };
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
