import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseCommandLine } from "./command-line.js";

const TABLE: [string, string[] | undefined][] = [
  ["", []],
  ["E0", ["E exec 0"]],
  ["Q0 V1 E1 S0=0 &C1 &D2", ["Q exec 0", "V exec 1", "E exec 1", "S0 set 0", "&C exec 1", "&D exec 2"]], // H57
  ["E0V1+CMEE=1;+CREG=2", ["E exec 0", "V exec 1", "+CMEE set 1", "+CREG set 2"]],
  ['+cpms="SM","ME"', ["+CPMS set SM,ME"]], // H58
  ["+CSQ", ["+CSQ exec "]],
  ["+CREG?;+CREG=?", ["+CREG read ", "+CREG test "]],
  ['+CGDCONT=1,"IP","a;b c"', ["+CGDCONT set 1,IP,a;b c"]],
  ["+CPOL=,2", ["+CPOL set ,2"]],
  ["D+15550100;", ["D exec +15550100,;"]],
  ["DT*99#", ["D exec T*99#,"]],
  ["H0+CHUP", ["H exec 0", "+CHUP exec "]],
  ["S3?", ["S3 read "]],
  ["^SBNR=?", ["^SBNR test "]],
  ["*CNTI=2", ["*CNTI set 2"]],
  ["$TSSPCSW=?", ["$TSSPCSW test "]],
  ["+CSQ!", undefined],
  ["!", undefined],
  ["+", undefined],
];

describe("command line", () => {
  test.each(TABLE)("AT%s", (body, commands) => {
    const parsed = parseCommandLine(body)?.map(({ name, operation, args }) => `${name} ${operation} ${args.join(",")}`);
    expect(parsed).toEqual(commands);
  });

  test("any text is understood or not, but does not hang", () => {
    const pieces = fc
      .array(fc.constantFrom("+C", "=", "?", ";", '"', ",", "1", "D", "&", "S", " ", "é"), { maxLength: 40 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(fc.oneof(fc.string(), pieces), (text) => void parseCommandLine(text)),
      { numRuns: 2_000 },
    );
  });
});
