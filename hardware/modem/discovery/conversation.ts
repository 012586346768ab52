import type { WorError } from "../../../process/errors.js";
import { AtChannel } from "../at-channel.js";
import type { AtCommand } from "../at-command.js";
import { atError } from "../at-error.js";
import { echoOff, probe, verboseResults } from "../commands/general.js";
import { openSerialLine, type SerialLine, type SerialLineOptions } from "../serial-line.js";

/** In the order of likelihood: most modems are fixed at or adapt to the first. */
export const BAUD_RATES: readonly number[] = [115_200, 9_600, 460_800, 921_600];

export interface ConversationOptions {
  path: string;
  /** Tried in this order until one is answered. */
  baudRates?: readonly number[];
  /** How often AT is sent at each speed: the first ones are lost to autobauding and sleep (H34, H35). */
  probes?: number;
  probeMs?: number;
  trace?: (direction: "tx" | "rx", text: string) => void;
  openLine?: (options: SerialLineOptions) => Promise<SerialLine>;
}

/** A modem that answers, asked by hand: nothing of it is changed but echo and the words of its results. */
export interface Conversation {
  readonly path: string;
  readonly baudRate: number;
  readonly channel: AtChannel;
  run<T>(command: AtCommand<T>): Promise<T>;
  /** Resolves when the port or the modem is gone. */
  readonly gone: Promise<WorError>;
  close(): Promise<void>;
}

const SETTLE_MS = 200;
const HANG_MS = 3_000;
const NODE_CHECK_MS = 1_000;

/**
 * Opens a port at the first speed at which AT is answered.
 * @throws WorError `port-unavailable`, `modem-silent`, `modem-closed`
 */
export async function openConversation(options: ConversationOptions): Promise<Conversation> {
  const { path, baudRates = BAUD_RATES } = options;
  for (const baudRate of baudRates) {
    const conversation = await openAt(baudRate, options);
    try {
      if (await answers(conversation, options)) {
        await conversation.run(echoOff);
        await conversation.run(verboseResults);
        return conversation;
      }
    } catch (error) {
      await conversation.close();
      throw error;
    }
    await conversation.close();
  }
  throw atError("modem-silent", `${path}: nothing answers AT at ${baudRates.join(", ")} baud`);
}

async function openAt(baudRate: number, options: ConversationOptions): Promise<Conversation> {
  const { path, trace = () => {}, openLine = openSerialLine } = options;
  let lost: (reason: string) => void = () => {};
  const line = await openLine({ port: path, baudRate, nodeCheckMs: NODE_CHECK_MS, onGone: (reason) => lost(reason) });
  const channel = new AtChannel(line.stream, { hangMs: HANG_MS, trace });
  lost = (reason) => channel.close(atError("modem-closed", `${path}: ${reason}`));
  const gone = new Promise<WorError>((resolve) => channel.on("dead", resolve));
  return {
    path,
    baudRate,
    channel,
    gone,
    run: (command) => channel.run(command),
    async close() {
      channel.close(atError("modem-closed", "closed"));
      await line.close();
    },
  };
}

async function answers(
  { channel }: Conversation,
  { probes = 4, probeMs = probe.timeoutMs }: ConversationOptions,
): Promise<boolean> {
  // An earlier run may have left it in the middle of a message (H20).
  channel.escape();
  for (let attempt = 1; attempt <= probes; attempt += 1) {
    const answered = await channel.run({ ...probe, timeoutMs: probeMs }).then(
      () => true,
      (error: WorError) => {
        if (error.code !== "at-timeout" && error.code !== "at-error") throw error;
        return false;
      },
    );
    if (!answered) continue;
    // Results of the lost ones may still come.
    if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return true;
  }
  return false;
}
