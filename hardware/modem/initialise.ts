import { WorError } from "../../process/errors.js";
import type { Logger } from "../../process/log.js";
import type { AtChannel } from "./at-channel.js";
import type { AtCommand } from "./at-command.js";
import {
  callerIdentity,
  echoOff,
  messageIndications,
  numericErrors,
  pduMode,
  probe,
  readSim,
  registrationEvents,
  verboseResults,
} from "./commands.js";

const PROBES = 10;
const SETTLE_MS = 200;

interface Step {
  command: AtCommand<void>;
  /** A modem that refuses it is of no use; another one only lacks a convenience. */
  required: boolean;
}

const BEFORE_SIM: readonly Step[] = [
  { command: echoOff, required: true },
  { command: verboseResults, required: true },
  { command: numericErrors, required: false },
];

const WITH_SIM: readonly Step[] = [
  { command: pduMode, required: true },
  { command: messageIndications, required: true },
  { command: callerIdentity, required: false },
  { command: registrationEvents, required: false },
];

/**
 * From an open port to a modem that tells of rings and messages.
 * @throws WorError `modem-silent`, `sim-locked`, `sim-<state>`, or that of the command that failed
 */
export async function initialise(channel: AtChannel, log: Logger): Promise<void> {
  // An earlier run may have left it in the middle of a message (H20).
  channel.escape();
  await findModem(channel);
  await runSteps(channel, BEFORE_SIM, log);
  const sim = await channel.run(readSim);
  if (sim !== "READY") throw simError(sim);
  await runSteps(channel, WITH_SIM, log);
}

/** `NOT INSERTED` is `sim-not-inserted`; any request for a code is `sim-locked`. */
export function simError(status: string): WorError {
  const code = /PIN|PUK/.test(status) ? "sim-locked" : `sim-${status.toLowerCase().replace(/\W+/g, "-")}`;
  return new WorError(code, `the SIM is not ready: ${status}`);
}

async function findModem(channel: AtChannel): Promise<void> {
  for (let attempt = 1; attempt <= PROBES; attempt += 1) {
    const answered = await channel.run(probe).then(
      () => true,
      (error: WorError) => {
        // Anything but silence and refusal is the end of the port.
        if (error.code !== "at-timeout" && error.code !== "at-error") throw error;
        return false;
      },
    );
    if (!answered) continue;
    // Results of the lost ones may still come.
    if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return;
  }
  throw new WorError("modem-silent", `nothing answers AT after ${PROBES} tries; wrong port, wrong speed, or no power`);
}

async function runSteps(channel: AtChannel, steps: readonly Step[], log: Logger): Promise<void> {
  for (const { command, required } of steps) {
    await channel.run(command).catch((error: WorError) => {
      const refused = /^(at-error|cme-|cms-)/.test(error.code);
      if (required || !refused) throw error;
      log.warn({ command: command.text, reason: error.message }, "modem.lacks");
    });
  }
}
