import { expect, test } from "@jest/globals";
import { rowsOf } from "./timeline-rows.js";

test("a timeline has numbers, words, times and differences; what is not in the patent has no number", () => {
  const rows = rowsOf([
    { no: "23", step: "call-request", atMs: 0.3 },
    { no: "27", step: "login", atMs: 3210.6 },
    { no: "sound", step: "caller-heard", atMs: 4000.4 },
  ]);
  expect(rows.map(({ no, words, at, difference }) => [no, words, at, difference])).toEqual([
    ["23", "call request", "0", null],
    ["27", "login", "3,211", "+3,211"],
    [null, "first sound at the caller", "4,000", "+789"],
  ]);
});
