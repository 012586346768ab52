import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { SystemRoots } from "./system-roots.js";

export interface Holder {
  pid: number;
  /** What it calls itself: the beginning of its command line. */
  program: string;
}

export interface PortUse {
  /** Other processes that have the port open, as far as we may see them. */
  holders: Holder[];
  /** Processes of other users hide what they have open from anybody but root. */
  hidden: boolean;
  /** /var/lock/LCK..NAME of UUCP, minicom, gammu and others. */
  lockFile: { path: string; pid: number | null; alive: boolean } | null;
  /** A running ModemManager, and whether udev tells it to leave this port alone. */
  modemManager: { pid: number; ignoresPort: boolean } | null;
}

const PROGRAM_CHARACTERS = 60;

/** Who else uses a port (H53), by /proc, udev's database and lock files. */
export function portUse(path: string, roots: SystemRoots): PortUse {
  const real = realPath(path);
  const pids = namesIn(roots.proc).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const open = pids.map((pid) => ({ pid: Number(pid), files: openFiles(join(roots.proc, pid)) }));
  const holders = open.filter(
    ({ pid, files }) =>
      files?.some(({ target }) => target === real) && !isFarEnd(join(roots.proc, `${pid}`), files, real),
  );
  const manager = pids.find((pid) => textOf(join(roots.proc, pid, "comm")) === "ModemManager");
  return {
    holders: holders.map(({ pid }) => ({ pid, program: programOf(join(roots.proc, `${pid}`)) })),
    hidden: open.some(({ files }) => files === null),
    lockFile: lockOf(real, roots),
    modemManager: manager === undefined ? null : { pid: Number(manager), ignoresPort: isIgnored(real, roots) },
  };
}

interface OpenFile {
  fd: string;
  target: string;
}

/** Null: we may not look. */
function openFiles(process: string): OpenFile[] | null {
  try {
    return readdirSync(join(process, "fd")).flatMap((fd) => {
      try {
        return [{ fd, target: readlinkSync(join(process, "fd", fd)) }];
      } catch {
        return []; // closed meanwhile
      }
    });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? [] : null;
  }
}

/** An emulator has both ends of its pty open; it is the modem, not another user of it. */
function isFarEnd(process: string, files: OpenFile[] | null, path: string): boolean {
  const index = /\/pts\/(\d+)$/.exec(path)?.[1];
  if (index === undefined || files === null) return false;
  return files.some(
    ({ fd, target }) =>
      target.endsWith("ptmx") && new RegExp(`^tty-index:\\s*${index}$`, "m").test(textOf(join(process, "fdinfo", fd))),
  );
}

function programOf(process: string): string {
  const words = textOf(join(process, "cmdline")).split("\0").filter(Boolean);
  const [first = "", ...others] = words;
  const line = [basename(first), ...others].join(" ") || textOf(join(process, "comm"));
  return line.length > PROGRAM_CHARACTERS ? `${line.slice(0, PROGRAM_CHARACTERS)}…` : line;
}

function lockOf(path: string, { lock, proc }: SystemRoots): PortUse["lockFile"] {
  const file = join(lock, `LCK..${basename(path)}`);
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch {
    return null;
  }
  // Ten digits, or in the old form four binary octets (FHS clause 5.9).
  const text = content.toString("latin1").trim();
  const pid = /^\d+/.test(text) ? Number.parseInt(text, 10) : content.length === 4 ? content.readInt32LE() : null;
  return { path: file, pid, alive: pid !== null && exists(join(proc, `${pid}`)) };
}

/** udev keeps the properties of a character device in data/c<major>:<minor>. */
function isIgnored(path: string, { udev }: SystemRoots): boolean {
  try {
    const { rdev } = statSync(path);
    // glibc's gnu_dev_major and gnu_dev_minor, for numbers below 2^32
    const [major, minor] = [(rdev >>> 8) & 0xfff, (rdev & 0xff) | ((rdev >>> 12) & 0xfff00)];
    return /^E:ID_MM_(DEVICE|PORT)_IGNORE=1$/m.test(textOf(join(udev, "data", `c${major}:${minor}`)));
  } catch {
    return false;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

function exists(path: string): boolean {
  try {
    return statSync(path) !== undefined;
  } catch {
    return false;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
