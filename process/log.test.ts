import { expect, test } from "@jest/globals";
import { createLog, maskNumber } from "./log.js";

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog("gateway", "info", { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

test("a line is an event and its fields", () => {
  expect(logged((log) => log.info({ callId: "c" }, "call.ended"))).toEqual([
    { level: "info", time: expect.any(Number), process: "gateway", callId: "c", event: "call.ended" },
  ]);
});

test("what is under the level is not written", () => {
  expect(logged((log) => log.debug({}, "modem.tx"))).toEqual([]);
});

test.each(["password", "secret", "token", "sdp"])("%s is never written", (name) => {
  const fields = { [name]: "SENSITIVE", message: { [name]: "SENSITIVE", kept: 1 } };
  const [line] = logged((log) => log.info(fields, "oops"));
  expect(JSON.stringify(line)).not.toContain("SENSITIVE");
  expect(line).toMatchObject({ message: { kept: 1 } });
});

test.each([
  ["+818012345678", "+81…678"],
  ["08012345678", "080…678"],
  ["+123456", "+…6"],
  ["123456", "1…6"],
  ["12345678", "1…8"],
  ["12345", "12345"],
  ["", ""],
  ["call from +818012345678 to +818000000001", "call from +81…678 to +81…001"],
])("%j is masked as %j", (number, masked) => {
  expect(maskNumber(number)).toBe(masked);
});
