import { closeSync, constants, openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { WorError } from "../../process/errors.js";

/** The master side of a pseudo terminal; a client opens `slavePath` like a serial port. */
export interface Pty {
  readonly slavePath: string;
  /** Keeps the order; what exceeds {@link WRITE_QUEUE_LIMIT} because nobody reads is dropped whole, as a UART would. */
  write(bytes: Uint8Array): void;
  close(): void;
}

export const WRITE_QUEUE_LIMIT = 64 * 1024;
const RETRY_MS = { first: 1, most: 50 };

/** @throws WorError `pty` */
export async function openPty(onBytes: (bytes: Buffer) => void): Promise<Pty> {
  const libc = await loadLibc();
  const master = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  let slave: number;
  let slavePath: string;
  try {
    check("grantpt", libc.grantpt(master));
    check("unlockpt", libc.unlockpt(master));
    const name = Buffer.alloc(128);
    check("ptsname_r", libc.ptsname_r(master, name, name.length));
    slavePath = name.toString("utf8", 0, name.indexOf(0));
    // Held open, or the pty hangs up when its client closes.
    slave = openSync(slavePath, constants.O_RDWR | constants.O_NOCTTY);
  } catch (error) {
    closeSync(master);
    throw error;
  }
  // Raw from the start: otherwise what the modem says before a client comes is echoed back to the modem.
  const termios = Buffer.alloc(256);
  check("tcgetattr", libc.tcgetattr(slave, termios));
  libc.cfmakeraw(termios);
  check("tcsetattr", libc.tcsetattr(slave, 0, termios));

  const reader = new ReadStream(master);
  reader.on("data", onBytes);
  reader.on("error", () => {}); // EIO: only while closing, since a slave stays open
  const writer = new NonblockingWriter(master);
  return {
    slavePath,
    write: (bytes) => writer.write(bytes),
    close() {
      if (writer.closed) return;
      writer.close();
      closeSync(slave);
      reader.destroy(); // closes the master
    },
  };
}

/** libuv writes to a master by blocking the process until the client reads, so we write ourselves and try again later. */
class NonblockingWriter {
  closed = false;
  private queue: Uint8Array[] = [];
  private queued = 0;
  private timer: NodeJS.Timeout | undefined;
  private retryMs = RETRY_MS.first;

  constructor(private readonly fd: number) {}

  write(bytes: Uint8Array): void {
    if (this.closed || this.queued + bytes.length > WRITE_QUEUE_LIMIT) return;
    this.queue.push(bytes);
    this.queued += bytes.length;
    if (this.timer === undefined) this.flush();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.queue = [];
  }

  private flush(): void {
    for (let head = this.queue[0]; head !== undefined; head = this.queue[0]) {
      const written = this.tryWrite(head);
      this.queued -= written;
      if (written === head.length) this.queue.shift();
      else {
        this.queue[0] = head.subarray(written);
        this.retryMs = written > 0 ? RETRY_MS.first : Math.min(this.retryMs * 2, RETRY_MS.most);
        this.timer = setTimeout(() => {
          this.timer = undefined;
          this.flush();
        }, this.retryMs);
        return;
      }
    }
    this.retryMs = RETRY_MS.first;
  }

  private tryWrite(bytes: Uint8Array): number {
    try {
      return writeSync(this.fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      throw error;
    }
  }
}

interface Libc {
  grantpt(fd: number): number;
  unlockpt(fd: number): number;
  ptsname_r(fd: number, name: Buffer, length: number): number;
  tcgetattr(fd: number, termios: Buffer): number;
  tcsetattr(fd: number, when: number, termios: Buffer): number;
  cfmakeraw(termios: Buffer): void;
}

let libc: Promise<Libc> | undefined;

function loadLibc(): Promise<Libc> {
  libc ??= import("koffi").then((koffi) => {
    const lib = koffi.load(null);
    return {
      grantpt: lib.func("int grantpt(int)"),
      unlockpt: lib.func("int unlockpt(int)"),
      ptsname_r: lib.func("int ptsname_r(int, _Out_ uint8_t *, size_t)"),
      tcgetattr: lib.func("int tcgetattr(int, _Out_ uint8_t *)"),
      tcsetattr: lib.func("int tcsetattr(int, int, const uint8_t *)"),
      cfmakeraw: lib.func("void cfmakeraw(_Inout_ uint8_t *)"),
    };
  });
  return libc;
}

function check(call: string, result: number): void {
  if (result !== 0) throw new WorError("pty", `a pseudo terminal could not be made: ${call} failed`);
}
