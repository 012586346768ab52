import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { SerialPort } from "serialport";
import { openPty, type Pty } from "../emulator/pty.js";
import { openSerialLine } from "./serial-line.js";

let dir: string;
let port: string;
let pty: Pty;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "wor-line-"));
  port = join(dir, "modem");
  pty = await openPty(() => {});
  symlinkSync(pty.slavePath, port);
});
afterEach(() => {
  jest.restoreAllMocks();
  pty.close();
  rmSync(dir, { recursive: true });
});

/** serialport 13 now and then says nothing of a hang-up, and spins; here it never does. */
function muteHangUps(): void {
  const emit = SerialPort.prototype.emit;
  jest.spyOn(SerialPort.prototype, "emit").mockImplementation(function (this: SerialPort, name, ...values) {
    return name === "close" || name === "error" || name === "end" ? true : emit.call(this, name, ...values);
  });
}

describe("H49 a hang-up that serialport misses", () => {
  test("is seen by the device node, behind a link that stays", async () => {
    muteHangUps();
    const reasons: string[] = [];
    const gone = new Promise<void>((resolve) => {
      const onGone = (reason: string) => {
        reasons.push(reason);
        resolve();
      };
      void openSerialLine({ port, baudRate: 115_200, onGone, nodeCheckMs: 20 }).then((opened) => {
        line = opened;
        pty.close();
      });
    });
    let line: Awaited<ReturnType<typeof openSerialLine>> | undefined;
    await gone;
    expect(reasons[0]).toMatch(/node has gone/);
    await line?.close();
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { user, system } = process.cpuUsage(before);
    // Nothing spins on the closed port.
    expect(user + system).toBeLessThan(150_000);
  });
});

test("H53 a port that is open cannot be opened a second time", async () => {
  const options = { port, baudRate: 115_200, onGone: () => {}, nodeCheckMs: 1_000 };
  const line = await openSerialLine(options);
  await expect(openSerialLine(options)).rejects.toMatchObject({ code: "port-unavailable" });
  await line.close();
});
