import { expect, test } from "@jest/globals";
import { errorOfFinal, isRefusal } from "./at-error.js";

test.each([
  ["+CME ERROR: 10", "cme-10", /no SIM in the modem/],
  ["+CME ERROR: 16", "cme-16", /incorrect password/],
  ["+CME ERROR: 9999", "cme-9999", /"\+CME ERROR: 9999"$/],
  ["+CMS ERROR:322", "cms-322", /store is full/],
  ["+CMS ERROR: 42", "cms-42", /congestion/],
  ["ERROR", "at-error", /"ERROR"$/],
  ["NO CARRIER", "no-carrier", /"NO CARRIER"$/],
])("%s", (final, code, message) => {
  expect(errorOfFinal(final, "AT+X")).toMatchObject({ code, message: expect.stringMatching(message) });
});

test("a refusal is not silence", () => {
  expect(["at-error", "cme-10", "cms-500", "at-timeout", "modem-closed"].map((code) => isRefusal({ code }))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
