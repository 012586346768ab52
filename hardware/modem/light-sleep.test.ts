import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { WorError } from "../../process/errors.js";
import type { AtCommand } from "./at-command.js";
import { readSignal } from "./commands/network.js";
import { LightSleep } from "./light-sleep.js";

const SLEEP = { enter: ["AT+CSCLK=2"], leave: ["AT+CSCLK=0"], wakeMs: 50 };

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function sleeper(refuses = /never/) {
  const written: string[] = [];
  const run = async <T>(command: AtCommand<T>): Promise<T> => {
    written.push(command.text);
    if (command.text === "AT") throw new WorError("at-timeout", "lost");
    if (refuses.test(command.text)) throw new WorError("at-error", "refused");
    return command.parse(command.text === "AT+CSQ" ? ["+CSQ: 20,99"] : []);
  };
  return { sleep: new LightSleep(SLEEP, 5_000, run), written };
}

test("H35 sleeps when nothing was asked for a while, and an AT that may be lost goes ahead of the next", async () => {
  const { sleep, written } = sleeper();
  sleep.rest();
  await jest.advanceTimersByTimeAsync(4_999);
  expect(written).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(written).toEqual(["AT+CSCLK=2"]);
  const both = Promise.all([sleep.run(readSignal), sleep.run(readSignal)]);
  await jest.advanceTimersByTimeAsync(49);
  expect(written.at(-1)).toBe("AT");
  await jest.advanceTimersByTimeAsync(1);
  expect(await both).toEqual([-73, -73]);
  expect(written).toEqual(["AT+CSCLK=2", "AT", "AT+CSCLK=0", "AT+CSQ", "AT+CSQ"]);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(written.at(-1)).toBe("AT+CSCLK=2");
  sleep.close();
  expect(jest.getTimerCount()).toBe(0);
});

test("a modem that refuses to sleep is not woken", async () => {
  const { sleep, written } = sleeper(/CSCLK=2/);
  sleep.rest();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(await sleep.run(readSignal)).toBe(-73);
  expect(written).toEqual(["AT+CSCLK=2", "AT+CSQ"]);
  sleep.close();
});
