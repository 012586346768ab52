import { openPty, type Pty } from "../hardware/emulator/pty.js";
import { AtChannel } from "../hardware/modem/at-channel.js";
import type { AtCommand } from "../hardware/modem/at-command.js";
import { openSerialLine } from "../hardware/modem/serial-line.js";

export interface BurstResult {
  sent: number;
  lost: number;
  misplaced: number;
  perSecond: number;
  /** Commands that were run all the while. */
  answered: number;
}

/** As many as the pty takes without dropping any: it has no flow control, so who reads sets the pace. */
const UNDERWAY = 1_000;
const SILENCE_MS = 5_000;
const AT: AtCommand<void> = { text: "AT", prefix: null, timeoutMs: 5_000, parse: () => {} };

/** A modem that says +CMTI with indexes from 1 to `count` as fast as it can, with commands in between. */
export async function burst(count: number): Promise<BurstResult> {
  const pty: Pty = await openPty((bytes) => {
    if (bytes.includes("\r")) pty.write(Buffer.from("\r\nOK\r\n"));
  });
  const line = await openSerialLine({ port: pty.slavePath, baudRate: 115_200, nodeCheckMs: 5_000, onGone: () => {} });
  try {
    return await flood(pty, new AtChannel(line.stream), count);
  } finally {
    await line.close();
    pty.close();
  }
}

async function flood(pty: Pty, channel: AtChannel, count: number): Promise<BurstResult> {
  let sent = 0;
  let received = 0;
  let misplaced = 0;
  const send = () => {
    const from = sent;
    sent = Math.min(count, received + UNDERWAY);
    const lines = Array.from({ length: sent - from }, (_, i) => `\r\n+CMTI: "SM",${from + i + 1}\r\n`);
    pty.write(Buffer.from(lines.join("")));
  };
  const began = performance.now();
  const over = new Promise<void>((resolve) => {
    let silence = setTimeout(resolve, SILENCE_MS);
    channel.on("urc", (urc) => {
      received += 1;
      if (urc.kind !== "sms-stored" || urc.index !== received) misplaced += 1;
      if (received === count) {
        clearTimeout(silence);
        resolve();
      } else if (sent - received <= UNDERWAY / 2 && sent < count) {
        clearTimeout(silence);
        silence = setTimeout(resolve, SILENCE_MS);
        send();
      }
    });
  });
  send();
  const answered = await askUntil(channel, over);
  return {
    sent,
    lost: count - received,
    misplaced,
    perSecond: received / ((performance.now() - began) / 1_000),
    answered,
  };
}

async function askUntil(channel: AtChannel, over: Promise<void>): Promise<number> {
  let going = true;
  let answered = 0;
  void over.then(() => {
    going = false;
  });
  while (going) {
    await channel.run(AT);
    answered += 1;
  }
  return answered;
}
