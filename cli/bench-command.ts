import { type Command, Option } from "commander";
import type { BenchFlags } from "../bench/flags.js";
import { CALLERS } from "../bench/names.js";

export function addBench(program: Command): void {
  program
    .command("bench")
    .description("a whole site on this machine, and one call; stays up with a page unless --once")
    .option("--once", "one call, then end: exit 0 they talked, 3 it ended otherwise, 1 an error", false)
    .addOption(new Option("--caller <name>", "who calls").choices(CALLERS).default("shark"))
    .addOption(new Option("--way <way>", "how the terminal is woken").choices(["ring", "sms"]).default("ring"))
    .addOption(
      new Option("--network <name>", "delays of the mobile network").choices(["lab", "field"]).default("field"),
    )
    .addOption(new Option("--sound <kind>", "WAV files or the sound card").choices(["file", "alsa"]).default("file"))
    .addOption(
      new Option("--answer <how>", "what happens at the terminal")
        .choices(["auto", "never", "decline"])
        .default("auto"),
    )
    .option("--caller-wav <file>", "what the caller says (file sound)")
    .option("--terminal-wav <file>", "what the terminal says (file sound)")
    .option("--record <dir>", "leave caller-heard.wav and terminal-heard.wav there")
    .option("--json <file>", "write outcome and timeline there")
    .option("--port <n>", "the page's port", Number, 0)
    .action(async (flags: BenchFlags) => {
      const { runBench } = await import("../bench/main.js");
      process.exit(await runBench(flags));
    });
}
