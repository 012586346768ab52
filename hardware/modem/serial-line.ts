import { type FSWatcher, type Stats, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { Duplex } from "node:stream";
import { reasonOf, WorError } from "../../process/errors.js";

export interface SerialLine {
  readonly stream: Duplex;
  /** Idempotent; the stream is closed afterwards, whatever the device does. */
  close(): Promise<void>;
}

export interface SerialLineOptions {
  port: string;
  baudRate: number;
  /** Called once when the device has gone: hung up, its node removed or replaced, or a write failed. */
  onGone: (reason: string) => void;
  /** How often the device node is looked at, beside the kernel's notice. */
  nodeCheckMs: number;
}

const CLOSE_DEADLINE_MS = 2_000;

/**
 * Opens a serial port or a pty. What was said before is thrown away (serialport flushes when it sets the speed): it may
 * be hours old, and what still matters is asked for after opening. Modem lines (DTR, RTS) are left as the driver has them: a pty has none, and asking for
 * them there fails.
 *
 * @throws WorError `port-unavailable`
 */
export async function openSerialLine({ port, baudRate, onGone, nodeCheckMs }: SerialLineOptions): Promise<SerialLine> {
  const { SerialPort } = await import("serialport");
  const node = identityOf(port);
  const serial = new SerialPort({ path: port, baudRate, autoOpen: false, hupcl: false });
  await new Promise<void>((resolve, reject) => {
    serial.open((error) => (error ? reject(unavailable(port, error)) : resolve()));
  });
  let closing: Promise<void> | undefined;
  const gone = (reason: string) => {
    if (closing === undefined) onGone(reason);
  };
  serial.on("error", (error) => gone(error.message));
  serial.on("close", () => gone("hung up"));
  // serialport can miss a hang-up and then spins on reads of nothing, without any event.
  const stopWatching = watchNode(port, nodeCheckMs, () => {
    if (identityOf(port) !== node) gone("the device node has gone");
  });
  const close = async () => {
    stopWatching();
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(resolve, CLOSE_DEADLINE_MS);
      const done = () => {
        clearTimeout(deadline);
        resolve();
      };
      if (serial.isOpen) serial.close(done);
      else done();
    });
    serial.destroy();
  };
  return {
    stream: serial,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function unavailable(port: string, error: Error): WorError {
  return new WorError("port-unavailable", `${port} cannot be opened: ${error.message}`, { cause: error });
}

/** Tells a device from another one that took its name: a replugged modem has a new node behind the old link. */
function identityOf(port: string): string {
  try {
    const { ino, dev, rdev }: Stats = statSync(port);
    return `${dev}:${ino}:${rdev}`;
  } catch (error) {
    return reasonOf(error);
  }
}

function watchNode(port: string, everyMs: number, check: () => void): () => void {
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(port), (_, name) => {
      if (name === null || name === basename(port)) check();
    }).on("error", () => {}); // the directory itself may go, as /dev/serial/by-id does; the timer stays
  } catch {
    // inotify may be used up; the timer stays
  }
  const timer = setInterval(check, everyMs);
  return () => {
    watcher?.close();
    clearInterval(timer);
  };
}
