import type { CommandTable } from "../command-table.js";
import { CALL_COMMANDS } from "./call.js";
import { DATA_COMMANDS } from "./data.js";
import { GENERAL_COMMANDS } from "./general.js";
import { NETWORK_COMMANDS } from "./network.js";
import { PHONE_BOOK_COMMANDS, SMS_COMMANDS } from "./sms.js";

/** Every command the emulated modem knows. */
export const COMMANDS: CommandTable = {
  ...GENERAL_COMMANDS,
  ...NETWORK_COMMANDS,
  ...CALL_COMMANDS,
  ...DATA_COMMANDS,
  ...SMS_COMMANDS,
  ...PHONE_BOOK_COMMANDS,
};
