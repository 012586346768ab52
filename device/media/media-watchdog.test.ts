import { expect, test } from "@jest/globals";
import { MediaWatchdog } from "./media-watchdog.js";

test.each([
  ["packets that never come", [0, 0, 0, 0, 0], [false, false, false, false, true]],
  ["packets that stop", [50, 100, 100, 100, 100, 100, 100], [false, false, false, false, false, false, true]],
  ["a pause of four counts", [50, 50, 50, 50, 50, 51, 51], [false, false, false, false, false, false, false]],
])("%s", (_, packets, expected) => {
  const watchdog = new MediaWatchdog();
  expect(packets.map((count) => watchdog.count(count))).toEqual(expected);
});
