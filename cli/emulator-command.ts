import { type Command, Option } from "commander";
import { EmulatorConfig, runEmulator } from "../hardware/emulator/main.js";
import { loadConfig } from "../process/config.js";
import { keysHelp } from "../process/config-help.js";
import { WorError } from "../process/errors.js";
import { runUntilSignal } from "../process/lifecycle.js";
import { createLog } from "../process/log.js";

interface Flags {
  config?: string;
  dir?: string;
  modem: { name: string; tel: string }[];
  network?: "lab" | "field";
  data?: string;
}

export function addEmulator(program: Command): void {
  program
    .command("emulator")
    .description("an emulated mobile network whose modems are ttys and sockets")
    .option("--config <file>", "TOML file; or say it with the flags below")
    .option("--dir <dir>", "where the modems appear: DIR/NAME (tty), DIR/NAME.sock, DIR/NAME.data")
    .option("--modem <NAME=+NUMBER>", "a modem with a SIM; may be given several times", addModem, [])
    .addOption(new Option("--network <name>", "delays of the network").choices(["lab", "field"]))
    .option("--data <host:port>", "where the modems' data links lead")
    .addHelpText("after", () => keysHelp(EmulatorConfig, "WOR_EMULATOR"))
    .action(async (flags: Flags) => {
      const config = configOf(flags);
      const log = createLog("emulator", config.logLevel);
      runUntilSignal(await runEmulator(config, log), log);
    });
}

function addModem(text: string, others: { name: string; tel: string }[]): { name: string; tel: string }[] {
  const [name = "", tel = ""] = text.split("=");
  return [...others, { name, tel }];
}

function configOf({ config: file, dir, modem: modems, network, data }: Flags): EmulatorConfig {
  if (file !== undefined) return loadConfig(EmulatorConfig, file, "WOR_EMULATOR");
  const given = { dir, modems, network, ...(data === undefined ? {} : { data: { target: data } }) };
  const parsed = EmulatorConfig.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new WorError(
    "config",
    `wor emulator: ${issues.join("; ")}. Say --config FILE, or --dir DIR --modem NAME=+NUMBER`,
  );
}
