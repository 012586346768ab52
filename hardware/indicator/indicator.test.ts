import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { Indicator } from "./indicator.js";

const dirs: string[] = [];
const indicators: Indicator[] = [];
const clients: Socket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const indicator of indicators.splice(0)) await indicator.close();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

describe("the virtual indicator", () => {
  test("tells a new client the present state, then every change, in the rhythm of the pattern", async () => {
    const { indicator, socket } = await started();
    const view = new View(socket);
    await view.until((lines) => lines.length === 3);
    expect(view.lines).toEqual([
      { pin: "lamp", on: false },
      { pin: "buzzer", on: false },
      { pin: "vibration", on: false },
    ]);
    indicator.show("ringing");
    await view.until(
      (lines) => count(lines, "lamp") >= 5 && count(lines, "buzzer") >= 3 && count(lines, "vibration") >= 2,
    );
    expect(count(view.lines, "lamp")).toBeGreaterThan(count(view.lines, "buzzer"));

    indicator.show("in-call");
    await view.until((lines) => last(lines, "buzzer") === false && last(lines, "vibration") === false);
    const late = new View(socket);
    await late.until((lines) => lines.length === 3);
    expect(late.lines[0]).toEqual({ pin: "lamp", on: true });

    indicator.show("off");
    await view.until((lines) => last(lines, "lamp") === false);
  });

  test("while a wake is not confirmed only the lamp moves", async () => {
    const { indicator, socket } = await started();
    const view = new View(socket);
    indicator.show("waking");
    await view.until((lines) => count(lines, "lamp") >= 3);
    expect(count(view.lines, "buzzer") + count(view.lines, "vibration")).toBe(2);
  });

  test("a touch is a press or a hold, once, also before anything was shown", async () => {
    const { indicator, socket } = await started();
    const events: string[] = [];
    indicator.on("press", () => events.push("press")).on("hold", () => events.push("hold"));
    const client = dial(socket);
    client.write('{"button":"press"}\n');
    await once(indicator, "press");
    client.write('{"button":"hold"}\n');
    await once(indicator, "hold");
    // The finger comes off 100 ms after that; a press in between is the same touch.
    await until(async () => {
      client.write('{"button":"press"}\n');
      return events.length > 2;
    });
    expect(events).toEqual(["press", "hold", "press"]);
  });

  test("refuses garbage and endless lines with a warning and keeps serving", async () => {
    const { indicator, socket, log } = await started();
    const client = dial(socket);
    client.write('nonsense\n{"button":"kick"}\n{"button":"press","x":1}\n{"button":"pr');
    client.write('ess"}\n');
    await once(indicator, "press");
    expect(log.filter(({ event }) => event === "indicator.refused")).toHaveLength(3);
    client.write("x".repeat(300));
    await once(client, "close");
    dial(socket).write('{"button":"press"}\n');
    await once(indicator, "press");
  });

  test("takes over the socket of a dead terminal, not of a live one", async () => {
    const { socket } = await started();
    await expect(new Indicator({ kind: "virtual", socket }, logTo([])).start()).rejects.toMatchObject({
      code: "indicator",
    });
    const path = join(newDir(), "none", "s");
    await expect(new Indicator({ kind: "virtual", socket: path }, logTo([])).start()).rejects.toMatchObject({
      code: "indicator",
    });
  });

  test("may be closed at any time, any number of times", async () => {
    const { indicator } = await started();
    indicator.show("ringing");
    await Promise.all([indicator.close(), indicator.close()]);
    indicator.show("ringing");
  });
});

test("without an indicator a pattern is only logged", async () => {
  const log: Entry[] = [];
  const indicator = new Indicator({ kind: "none" }, logTo(log));
  await indicator.start();
  indicator.show("ringing");
  indicator.show("ringing");
  await indicator.close();
  expect(log).toMatchObject([{ event: "indicator", pattern: "ringing" }]);
});

interface Line {
  pin: string;
  on: boolean;
}
interface Entry {
  event: string;
}

/** What a client of the socket has seen. */
class View {
  readonly lines: Line[] = [];

  constructor(socket: string) {
    createInterface(dial(socket)).on("line", (line) => this.lines.push(JSON.parse(line) as Line));
  }

  until(isSo: (lines: Line[]) => boolean): Promise<void> {
    return until(async () => isSo(this.lines));
  }
}

async function started() {
  const socket = join(newDir(), "s");
  const log: Entry[] = [];
  const indicator = new Indicator({ kind: "virtual", socket }, logTo(log));
  indicators.push(indicator);
  await indicator.start();
  return { indicator, socket, log };
}

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "wor-indicator-"));
  dirs.push(dir);
  return dir;
}

function dial(socket: string): Socket {
  const client = connect(socket).resume();
  clients.push(client);
  return client;
}

function logTo(log: Entry[]) {
  return pino({ messageKey: "event" }, { write: (line: string) => log.push(JSON.parse(line) as Entry) });
}

const count = (lines: Line[], pin: string) => lines.filter((line) => line.pin === pin).length;
const last = (lines: Line[], pin: string) => lines.findLast((line) => line.pin === pin)?.on;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error("not within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
