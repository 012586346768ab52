import type { Command } from "commander";
import { BAUD_RATES } from "../hardware/modem/discovery/conversation.js";
import { PORT_FORMS } from "../hardware/modem/discovery/port-name.js";
import { maskNumber } from "../process/log.js";
import { runAt } from "./modem-at.js";
import { monitorModem } from "./modem-monitor.js";
import { atCommand, baudRate, messageIndex, messageStore, modemPort, phoneNumber, seconds } from "./modem-options.js";
import { deleteSms, type ListedSms, listSms, sendSms } from "./modem-sms.js";
import { withModem } from "./with-modem.js";

interface PortFlags {
  port: string;
  baud?: number;
}

/** `wor modem`: a modem asked by hand, while no terminal or bridge has its port. */
export function addModem(program: Command): void {
  const modem = program.command("modem").description("speaks to a modem by hand");
  addAt(modem);
  addSms(modem.command("sms").description("messages"));
  addMonitor(modem);
}

function addAt(modem: Command): void {
  withPort(modem.command("at"))
    .description("one AT command, and the lines that answer it as they came")
    .argument("<command>", "such as AT+CSQ", atCommand)
    .option("--timeout <seconds>", "how long to wait for the final result", seconds, 30)
    .addHelpText("after", "\nExit: 0 the modem said OK, 3 it refused, 1 an error.")
    .action(async (command: string, { timeout, ...flags }: PortFlags & { timeout: number }) => {
      const { lines, ok } = await runAt({ ...flags, command, timeoutMs: timeout * 1_000 });
      finish(lines, ok ? 0 : 3);
    });
}

function addSms(sms: Command): void {
  withPort(sms.command("send"))
    .description("hands one message to the network")
    .argument("<number>", "to whom", phoneNumber)
    .argument("<text>", "what")
    .action(async (number: string, text: string, flags: PortFlags) => {
      const references = await withModem(flags, (conversation) => sendSms(conversation, number, text));
      finish([`sent to ${maskNumber(number)}, reference ${references.join(", ")}`], 0);
    });
  withPort(sms.command("list"))
    .description("what is stored; nothing is deleted")
    .option("--numbers", "do not mask the senders' numbers", false)
    .option("--json", "as JSON", false)
    .action(async ({ numbers, json, ...flags }: PortFlags & { numbers: boolean; json: boolean }) => {
      const list = await withModem(flags, (conversation) => listSms(conversation, numbers));
      finish(json ? [JSON.stringify(list, null, 2)] : list.length === 0 ? ["no messages"] : list.map(smsLine), 0);
    });
  withPort(sms.command("delete"))
    .description("deletes one message")
    .argument("<index>", "its number in `wor modem sms list`", messageIndex)
    .option("--store <name>", "SM (SIM), ME (modem) or MT; else the one that is selected", messageStore)
    .action(async (index: number, { store, ...flags }: PortFlags & { store?: string }) => {
      const deleted = await withModem(flags, (conversation) => deleteSms(conversation, index, store));
      finish([deleted ? `${index} deleted` : `there is no message ${index}`], deleted ? 0 : 3);
    });
}

function addMonitor(modem: Command): void {
  withPort(modem.command("monitor"))
    .description("tells what happens on the modem until Ctrl-C: rings, messages, network, signal; deletes nothing")
    .option("--numbers", "do not mask numbers", false)
    .option("-v, --verbose", "every line of the dialogue as well", false)
    .action(async (flags: PortFlags & { numbers: boolean; verbose: boolean }) => {
      const ended = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => ended.abort());
      await monitorModem({ ...flags, signal: ended.signal, say: (line) => process.stdout.write(`${line}\n`) });
      process.exit(0);
    });
}

function withPort(command: Command): Command {
  return command
    .requiredOption("--port <port>", PORT_FORMS, modemPort)
    .option("--baud <rate>", `only at this speed; else ${BAUD_RATES.join(", ")} are tried`, baudRate);
}

function smsLine({ store, index, kind, number, sentAt, text, part }: ListedSms): string {
  const who = kind === "received" ? `from ${number}` : [kind, number && `to ${number}`].filter(Boolean).join(" ");
  const what = [part && `(${part})`, text.replaceAll("\n", "\\n")].filter(Boolean).join(" ");
  return `${store} ${index}  ${sentAt ?? "no date"}  ${who}  ${what}`;
}

function finish(lines: readonly string[], exit: number): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""), () => process.exit(exit));
}
