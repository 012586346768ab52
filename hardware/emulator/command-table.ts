import { type Answer, CME, CMS, OK } from "./answer.js";
import type { Command } from "./command-line.js";
import type { EmulatedModem } from "./emulated-modem.js";
import type { NumberSetting } from "./settings.js";

export type Handler = (modem: EmulatedModem, args: string[]) => Answer | Promise<Answer>;

/** One command: what it answers to each operation, and what it cannot do without. */
export type CommandRow = { [Operation in Command["operation"]]?: Handler | readonly string[] } & {
  /** Without it: +CME ERROR 10 or 30, for a message command the +CMS ERROR of the same meaning. */
  needs?: "sim" | "network";
  messages?: true;
};
export type CommandTable = Readonly<Record<string, CommandRow>>;

/** What `command` answers; what is not in the table is not supported. */
export function answerOf(table: CommandTable, modem: EmulatedModem, command: Command): Answer | Promise<Answer> {
  const row = Object.hasOwn(table, command.name) ? table[command.name] : undefined;
  const handler = row?.[command.operation];
  if (row === undefined || handler === undefined) return { cme: CME.notSupported };
  if (row.needs !== undefined && command.operation !== "test") {
    if (!modem.simInserted) return row.messages ? { cms: CMS.simNotInserted } : { cme: CME.simNotInserted };
    if (row.needs === "network" && !modem.registered)
      return row.messages ? { cms: CMS.noNetwork } : { cme: CME.noNetwork };
  }
  return typeof handler === "function" ? handler(modem, command.args) : handler;
}

/** A command that sets one number: `=n`, `?`, `=?`. */
export function numberSetting(name: string, key: NumberSetting, most: number): CommandRow {
  return {
    set: (modem, [value = ""]) => setNumber(modem, key, value, most),
    read: (modem) => [`${name}: ${modem.settings[key]}`],
    test: [`${name}: (0-${most})`],
  };
}

/** A basic command that sets one number: `E`, `E0`, `E1`. */
export function basicSetting(key: NumberSetting): CommandRow {
  return { exec: (modem, [value = "0"]) => setNumber(modem, key, value, 1) };
}

/** Accepted, remembered nowhere. */
export const ACCEPTED: CommandRow = { exec: OK as [], set: OK as [], test: [] };

function setNumber(modem: EmulatedModem, key: NumberSetting, value: string, most: number): Answer {
  if (!/^\d+$/.test(value) || Number(value) > most) return { cme: CME.parameters };
  modem.settings[key] = Number(value);
  return OK;
}
