import { expect, test } from "@jest/globals";
import { MODEM_TIMES, reopenWait } from "./modem-times.js";

test.each([
  [0, 250],
  [1, 500],
  [5, 8_000],
  [6, 10_000],
  [1_000_000, 10_000],
])("after %i failures the port is opened again in %i ms", (failures, wait) => {
  expect(reopenWait(MODEM_TIMES, failures)).toBe(wait);
});
