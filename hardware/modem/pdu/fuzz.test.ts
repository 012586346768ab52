import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { WorError } from "../../../process/errors.js";
import { contentOf, receivedSms } from "../sms-message.js";
import { encodePart, partOf } from "./concatenation.js";
import { decodeDeliver, encodeDeliver } from "./deliver.js";
import { decodeStatusReport, encodeStatusReport } from "./status-report.js";
import { decodeSubmit, encodeSubmit } from "./submit.js";
import type { UserData } from "./user-data.js";

const seed = Number(process.env.FUZZ_SEED) || Date.now() % 2 ** 31;
const INPUTS = { mutated: 14_000, random: 4_000, headers: 2_000 };

const VALID = [
  "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
  "07914306073011F0040B914316709807F2000880604290224080084E2D5174901A8BAF",
  "07919333852804000412D0F7FBDD454FB75D693A0000903002801153402BCD301E9F0605D9E971191483C140412A35690D52832063D2F9040599A058EE05A3BD6430580E",
  "005100098156355476F80000AA14050003880303C2A066D8CD02B5F3A0F9DB0D",
  "0019000B914316565811F900000170520251930004E8373B0C",
  "07914400000000F001000B811000000000F000040B48692074686572652E2E2E",
  "07914306073011F006270B913426565711F7012081111345400120811174054043",
].map((hex) => Buffer.from(hex, "hex"));

/** A PDU that was one, with octets changed, left out, put in, or cut off. */
const mutated = fc
  .tuple(
    fc.constantFrom(...VALID),
    fc.array(fc.tuple(fc.constantFrom("set", "remove", "insert", "cut"), fc.nat(80), fc.nat(255)), {
      minLength: 1,
      maxLength: 5,
    }),
  )
  .map(([whole, changes]) => {
    const octets = [...whole];
    for (const [change, position, value] of changes) {
      const at = position % (octets.length + 1);
      if (change === "set" && at < octets.length) octets[at] = value;
      if (change === "remove") octets.splice(at, 1 + (value & 3));
      if (change === "insert") octets.splice(at, 0, value);
      if (change === "cut" && value < 64) octets.length = at;
    }
    return Buffer.from(octets).toString("hex");
  });
const anything = fc.oneof(
  fc.string({ maxLength: 600 }),
  fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets).toString("hex")),
);

/** The value, or undefined for a `pdu` error; anything else that is thrown is a crash. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof WorError && error.code === "pdu") return undefined;
    throw error;
  }
}

/** What could be read can be written, if there is a way to write it, and reads the same. */
function survives<T>(
  hex: string,
  decode: (hex: string) => T,
  encode: (value: T) => { hex: string },
  same = (value: T): unknown => value,
): void {
  const value = attempt(() => decode(hex));
  const written = value === undefined ? undefined : attempt(() => encode(value));
  if (value !== undefined && written !== undefined) expect(same(decode(written.hex))).toEqual(same(value));
}

function decodeEverything(pdu: string): void {
  const content = contentOf(pdu);
  if (content.kind === "received") receivedSms([undefined, content.deliver]);
  survives(pdu, decodeDeliver, encodeDeliver);
  survives(pdu, decodeStatusReport, encodeStatusReport);
  survives(pdu, decodeSubmit, encodeSubmit, ({ to, userData, statusReport, reference }) => ({
    to,
    userData,
    statusReport,
    reference,
  }));
}

describe(`fuzz, FUZZ_SEED=${seed}`, () => {
  test("PDUs that were changed", () => {
    fc.assert(fc.property(mutated, decodeEverything), { seed, numRuns: INPUTS.mutated });
  });

  test("anything", () => {
    fc.assert(fc.property(anything, decodeEverything), { seed, numRuns: INPUTS.random });
  });

  test("user data headers", () => {
    const header = fc.uint8Array({ maxLength: 16 }).map((octets) => octets.map((octet) => octet & 0x0f));
    fc.assert(
      fc.property(header, (octets) => {
        const part = partOf({ header: octets } as Pick<UserData, "header">);
        if (part !== undefined) expect(partOf({ header: encodePart(part) })).toEqual(part);
      }),
      { seed, numRuns: INPUTS.headers },
    );
  });
});
