import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { FakeSystem } from "../hardware/modem/discovery/fake-system.js";
import type { DoctorResult } from "../hardware/modem/discovery/report-text.js";
import { SYSTEM } from "../hardware/modem/discovery/system-roots.js";
import { examineModems } from "./doctor-command.js";
import { BRIDGE, scriptedPort, startEmulator } from "./emulator-fixture.js";
import { runAt } from "./modem-at.js";

let air: Awaited<ReturnType<typeof startEmulator>>;
beforeEach(async () => {
  air = await startEmulator();
});
afterEach(() => air.close());

// Whatever runs on the machine of the test, such as ModemManager, is no finding of ours.
const roots = { ...SYSTEM, udev: "/nonexistent", lock: "/nonexistent" };

async function examine(port: string, baud = 115_200) {
  const { text, exit } = await examineModems({ port, baud, json: true }, roots);
  const result = JSON.parse(text) as DoctorResult;
  const codes = result.modems[0]?.findings.filter(({ code }) => code !== "modem-manager").map(({ code }) => code);
  return { exit, codes, modem: result.modems[0], text };
}

const rabit = () => air.port("rabit");

test("all well: who it is, its network, its stores; no number in the clear", async () => {
  const { codes, modem, text } = await examine(rabit());
  expect(codes).toEqual(["no-profile"]);
  expect(modem).toMatchObject({
    failure: null,
    use: { holders: [] },
    answers: { model: "WOR-EMU1", sim: "READY", registration: "home", signalDbm: -73, baudRate: 115_200 },
  });
  expect(text).not.toMatch(/\d{10}/);
});

test("for people: the state in words, and exit 0", async () => {
  const { text, exit } = await examineModems({ port: rabit() }, { ...roots, proc: "/nonexistent" });
  expect(exit).toBe(0);
  expect(text).toMatch(/SIM +ready/);
  expect(text).toMatch(/signal +excellent \(-73 dBm\)/);
  expect(text).toMatch(/All well\.\n$/);
});

test("asking changes nothing: what is stored stays, unread as it was", async () => {
  await air.control({ op: "sms", modem: "rabit", from: BRIDGE, text: "wake up" });
  await examine(rabit());
  const { lines } = await runAt({ port: rabit(), command: "AT+CMGF=0;+CMGL=0", timeoutMs: 2_000 });
  expect(lines[0]).toMatch(/^\+CMGL: 1,0,/);
});

test("SIM pulled", async () => {
  await air.control({ op: "sim", modem: "rabit", inserted: false });
  expect(await examine(rabit())).toMatchObject({ codes: ["sim-missing", "no-profile"], exit: 3 });
});

test("radio off", async () => {
  await runAt({ port: rabit(), command: "AT+CFUN=4", timeoutMs: 2_000 });
  expect(await examine(rabit())).toMatchObject({ codes: ["radio-off", "no-profile"], exit: 3 });
});

test("store full", async () => {
  for (let number = 0; number < 31; number += 1)
    await air.control({ op: "sms", modem: "rabit", from: BRIDGE, text: `${number}` });
  expect(await examine(rabit())).toMatchObject({ codes: ["store-full", "no-profile"], exit: 3 });
});

test("unplugged", async () => {
  await air.control({ op: "unplug", modem: "rabit" });
  expect(await examine(rabit())).toMatchObject({ codes: ["port-unavailable"], exit: 3 });
});

test("held by another process: named, and the modem is left alone", async () => {
  const fd = openSync(rabit(), constants.O_RDWR | constants.O_NOCTTY);
  const other = spawn("sleep", ["60"], { stdio: [fd, "ignore", "ignore"] });
  closeSync(fd);
  try {
    const { codes, exit, modem } = await examine(rabit());
    expect({ codes, exit }).toEqual({ codes: ["port-held"], exit: 3 });
    expect(modem?.use?.holders).toEqual([{ pid: other.pid, program: "sleep 60" }]);
    expect(modem?.answers).toBeNull();
  } finally {
    other.kill();
    await once(other, "exit");
  }
  expect(await examine(rabit())).toMatchObject({ codes: ["no-profile"] });
});

describe("modems that the emulator does not play", () => {
  const IDENTITY = {
    "AT+CGMI": "Quectel\r\n\r\nOK",
    "AT+CGMM": "EC25\r\n\r\nOK",
    "AT+CFUN?": "+CFUN: 1\r\n\r\nOK",
    "AT+CREG?": "+CREG: 0,2\r\n\r\nOK",
    "AT+CGREG?": "+CGREG: 0,2\r\n\r\nOK",
    "AT+CEREG?": "+CEREG: 0,2\r\n\r\nOK",
    "AT+CSQ": "+CSQ: 99,99\r\n\r\nOK",
  };

  test.each<[string, Record<string, string>, string[]]>([
    ["SIM locked", { "AT+CPIN?": "+CPIN: SIM PIN\r\n\r\nOK" }, ["sim-locked", "ring-needs-volte"]],
    [
      "no coverage",
      {
        "AT+CPIN?": "+CPIN: READY\r\n\r\nOK",
        "AT+COPS?": "+COPS: 0\r\n\r\nOK",
        "AT+CSCA?": '+CSCA: "+818000000000",145\r\n\r\nOK',
        "AT+CPMS?": '+CPMS: "ME",0,23,"ME",0,23,"ME",0,23\r\n\r\nOK',
      },
      ["no-network", "ring-needs-volte"],
    ],
  ])("%s", async (_, answers, codes) => {
    const port = await scriptedPort({ ...IDENTITY, ...answers });
    try {
      expect(await examine(port.slavePath)).toMatchObject({ codes, exit: 3 });
    } finally {
      port.close();
    }
  });

  test("a silent port", async () => {
    const port = await scriptedPort(null);
    try {
      expect(await examine(port.slavePath)).toMatchObject({ codes: ["modem-silent"], exit: 3 });
    } finally {
      port.close();
    }
  });
});

describe("without --port", () => {
  let dir: string;
  let system: FakeSystem;
  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), "wor-doctor-")));
    system = new FakeSystem(dir);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const usb = { vendor: "1bc7", product: "0021", device: "1-1.2", manufacturer: "Telit", title: "HE910" };

  test("what is plugged in is asked, on the port of it that answers", async () => {
    const silent = await scriptedPort(null);
    for (const [name, number] of [
      ["ttyACM0", 0],
      ["ttyACM3", 6],
    ] as const)
      system.plug({ ...usb, name, interface: number });
    symlinkSync(silent.slavePath, join(system.roots.dev, "ttyACM0"));
    symlinkSync(realpathSync(rabit()), join(system.roots.dev, "ttyACM3"));
    try {
      const { text } = await examineModems({ json: true, baud: 115_200 }, system.roots);
      expect(JSON.parse(text)).toMatchObject({
        modems: [{ path: join(system.roots.dev, "ttyACM3"), answers: { model: "WOR-EMU1" } }],
      });
    } finally {
      silent.close();
    }
  });

  test("nothing there", async () => {
    const { text, exit } = await examineModems({}, system.roots);
    expect(exit).toBe(3);
    expect(text).toContain("[no-modem]");
  });
});
