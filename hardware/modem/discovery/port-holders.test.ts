import { mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { FakeSystem } from "./fake-system.js";
import { portUse } from "./port-holders.js";

let dir: string;
let system: FakeSystem;
let port: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "wor-use-")));
  system = new FakeSystem(dir);
  system.file("dev/ttyUSB2", "");
  port = join(system.roots.dev, "ttyUSB2");
});
afterEach(() => rmSync(dir, { recursive: true }));

function runs(pid: number, program: string, opened: string[] = []) {
  system.file(`proc/${pid}/cmdline`, `/usr/bin/${program}\0-n\0`);
  system.file(`proc/${pid}/comm`, program.slice(0, 15));
  system.file(`proc/${pid}/fd/.keep`, "");
  for (const [fd, target] of opened.entries()) system.link(`proc/${pid}/fd/${fd}`, target);
}

const use = (path = port) => portUse(path, system.roots);

test("nobody", () => {
  runs(10, "bash", ["/dev/pts/0"]);
  expect(use()).toEqual({ holders: [], hidden: false, lockFile: null, modemManager: null });
});

test("another program, also when the port is named by its link", () => {
  system.link("dev/serial/by-id/usb-Quectel", port);
  runs(10, "minicom", ["/dev/null", port]);
  const held = [{ pid: 10, program: "minicom -n" }];
  expect(use().holders).toEqual(held);
  expect(use(join(system.roots.dev, "serial/by-id/usb-Quectel")).holders).toEqual(held);
});

test("ourselves do not count", () => {
  runs(process.pid, "node", [port]);
  expect(use().holders).toEqual([]);
});

test("who has the other end of a pty is the modem, not another user of it", () => {
  runs(10, "wor-emulator", ["/dev/pts/7", "/dev/ptmx"]);
  system.file("proc/10/fdinfo/1", "pos:\t0\ntty-index:\t7");
  runs(11, "minicom", ["/dev/pts/7"]);
  runs(12, "wor-emulator", ["/dev/pts/7", "/dev/ptmx"]);
  system.file("proc/12/fdinfo/1", "tty-index:\t71");
  expect(use("/dev/pts/7").holders.map(({ pid }) => pid)).toEqual([11, 12]);
});

describe("lock files", () => {
  test.each([
    ["ten digits", "        10\n"],
    ["four octets", Uint8Array.of(10, 0, 0, 0)],
  ])("%s, of a process that lives and of one that is gone", (_, content) => {
    system.file("lock/LCK..ttyUSB2", content);
    expect(use().lockFile).toEqual({ path: join(system.roots.lock, "LCK..ttyUSB2"), pid: 10, alive: false });
    runs(10, "gammu");
    expect(use().lockFile).toMatchObject({ alive: true });
  });

  test("nonsense", () => {
    system.file("lock/LCK..ttyUSB2", "what?");
    expect(use().lockFile).toMatchObject({ pid: null, alive: false });
  });
});

describe("H53: ModemManager", () => {
  test("runs; and is told by udev to leave the port alone", () => {
    runs(20, "ModemManager");
    expect(use().modemManager).toEqual({ pid: 20, ignoresPort: false });
    const { rdev } = statSync("/dev/null");
    system.file(`udev/data/c${rdev >> 8}:${rdev & 0xff}`, "E:ID_BUS=usb\nE:ID_MM_DEVICE_IGNORE=1");
    expect(use("/dev/null").modemManager).toEqual({ pid: 20, ignoresPort: true });
  });
});
