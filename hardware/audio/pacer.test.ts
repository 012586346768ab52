import { expect, test } from "@jest/globals";
import { every10ms } from "./pacer.js";

test("ticks as often as the clock says, however late the timers are", async () => {
  let ticks = 0;
  const from = performance.now();
  const stop = every10ms(() => ticks++);
  while (performance.now() - from < 500) await new Promise((resolve) => setTimeout(resolve, 35));
  const elapsed = performance.now() - from;
  stop();
  expect(Math.abs(ticks - elapsed / 10)).toBeLessThanOrEqual(5);
});

test("skips what a suspended process missed, and stops at once, even from inside a tick", async () => {
  let now = 0;
  let ticks = 0;
  let onTick = () => {};
  const stop = every10ms(
    () => {
      ticks++;
      onTick();
    },
    () => now,
  );
  await until(() => ticks === 1);
  now = 100;
  await until(() => ticks === 11);
  now = 60_000;
  await until(() => ticks === 12);
  onTick = stop;
  now += 100;
  await until(() => ticks === 13);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(ticks).toBe(13);
});

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isSo() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(isSo()).toBe(true);
}
