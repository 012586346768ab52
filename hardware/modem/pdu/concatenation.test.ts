import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { addressOf } from "./address.js";
import { encodePart, type Part, partOf, split } from "./concatenation.js";
import { decodeDeliver } from "./deliver.js";
import { septetsOf } from "./gsm7.js";
import { decodeSubmit, encodeSubmit } from "./submit.js";
import { textOfUserData, type UserData, userDataOf } from "./user-data.js";

const EIGHT = { reference: 136, bits: 8 } as const;
const countOf = (text: string) => split(userDataOf(text), EIGHT).length;

describe("splitting", () => {
  // pmarti/python-messaging, messaging/test/test_sms.py; encoded there with umts-tools.
  test("the published one, to the octet", () => {
    const text =
      "Or walk with Kings - nor lose the common touch, if neither foes nor loving friends can hurt you, If all men count with you, but none too much; If you can fill the unforgiving minute With sixty seconds' worth of distance run, Yours is the Earth and everything thats in it, And - which is more - you will be a Man, my son";
    const pdus = split(userDataOf(text), EIGHT).map((userData) =>
      encodeSubmit({ to: addressOf("655345678"), userData, validityMinutes: 4 * 24 * 60 }),
    );
    expect(pdus.map(({ hex }) => hex)).toEqual([
      "005100098156355476F80000AAA00500038803019E72D03DCC5E83EE693A1AB44CBBCF73500BE47ECB41ECF7BC0CA2A3CBA0F1BBDD7EBB41F4777D8C6681D26690BB9CA6A3CB7290F95D9E83DC6F3988FDB6A7DD6790599E2EBBC973D038EC06A1EB723A28FFAEB340493328CC6683DA653768FCAEBBE9A07B9A8E06E5DF7516485CA783DC6F7719447FBF41EDFA18BD0325CDA0FCBB0E1A87DD",
      "005100098156355476F80000AAA005000388030240E6349B0DA2A3CBA0BADBFC969FD3F6B4FB0C6AA7DD757A19744DD3D1A0791A4FCF83E6E5F1DB4D9E9F40F7B79C8E06BDCD20727A4E0FBBC76590BCEE6681B2EFBA7C0E4ACF41747419540CCBE96850D84D0695ED65799E8E4EBBCF203A3A4C9F83D26E509ACE0205DD64500B7447A7C768507A0E6ABFE565500B947FD741F7349B0D129741",
      "005100098156355476F80000AA14050003880303C2A066D8CD02B5F3A0F9DB0D",
    ]);
  });

  test("two parts as the network sent them", () => {
    const parts = [
      "07919471227210244405852122F039F101506271217180A005000319020198E9B2B82C0759DFE4B0F9ED2EB7967537B9CC02B5D37450122D2FCB41EE303DFD7687D96537881A96A7CD6F383DFD7683F46134BBEC064DD36550DA0D22A7CBF3721BE42CD3F5A0198B56036DCA20B8FC0D6A0A4170767D0EAAE540433A082E7F83A6E5F93CFD76BB40D7B2DB0D9AA6CB2072BA3C2F83926EF31BE44E8FD17450BB8C9683CA",
      "07919471227210244405852122F039F1015062712181804F050003190202E4E8309B5E7683DAFC319A5E76B340F73D9A5D7683A6E93268FD9ED3CB6EF67B0E5AD172B19B2C2693C9602E90355D6683A6F0B007946E8382F5393BEC26BB00",
    ].map((hex) => decodeDeliver(hex).userData);
    expect(parts.map(partOf)).toEqual([
      { reference: 25, bits: 8, total: 2, number: 1 },
      { reference: 25, bits: 8, total: 2, number: 2 },
    ]);
    expect(parts.map(textOfUserData).join("")).toBe(
      "Lieber Vodafone-Kunde, mit Ihrer nationalen Tarifoption zahlen Sie in diesem Netz 3,45 € pro MB plus 59 Ct pro Session. Wenn Sie diese Info nicht mehr erhalten möchten, wählen Sie kostenlos +4917212220. Viel Spaß im Ausland.",
    );
  });

  test.each([
    ["GSM, 160", "x".repeat(160), 1],
    ["GSM, 161", "x".repeat(161), 2],
    ["GSM, 306", "x".repeat(306), 2],
    ["GSM, 307", "x".repeat(307), 3],
    ["extension, 80", "€".repeat(80), 1],
    ["extension, 153: ESC is never the last septet", "€".repeat(153), 3],
    ["extension, 152 and one", `${"€".repeat(152)}x`, 2],
    ["UCS2, 70", "ő".repeat(70), 1],
    ["UCS2, 71", "ő".repeat(71), 2],
    ["UCS2, 134", "ő".repeat(134), 2],
    ["UCS2, 135", "ő".repeat(135), 3],
    ["surrogates, 35", "🐰".repeat(35), 1],
    ["surrogates, 66: 33 fit into 67 units", "🐰".repeat(66), 2],
    ["surrogates, 67", "🐰".repeat(67), 3],
    ["nothing", "", 1],
  ])("%s", (_, text, parts) => {
    expect(countOf(text)).toBe(parts);
  });

  test("nothing inside a character, nothing lost, every part fits, for any text and reference", () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom("a", "€", "{", "é", "\n"), maxLength: 900 }),
      fc.string({ unit: fc.constantFrom("a", "🐰", "日", "e\u0301"), maxLength: 400 }),
    );
    const form = fc.constantFrom({ reference: 255, bits: 8 } as const, { reference: 0xbeef, bits: 16 } as const);
    fc.assert(
      fc.property(text, form, fc.constantFrom(undefined, 0), (whole, { reference, bits }, messageClass) => {
        const data = { ...userDataOf(whole), ...(messageClass === undefined ? {} : { messageClass }) };
        const parts = split(data, { reference, bits });
        const back = parts.map(
          (userData) => decodeSubmit(encodeSubmit({ to: addressOf("+1555"), userData }).hex).userData,
        );
        expect(back).toEqual(parts);
        expect(back.map(textOfUserData).join("")).toBe(whole);
        if (parts.length === 1) return;
        expect(back.map(partOf)).toEqual(
          parts.map((_, index) => ({ reference, bits, total: parts.length, number: index + 1 })),
        );
        for (const piece of back.map(textOfUserData)) {
          expect(/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(piece)).toBe(false);
          expect(data.alphabet === "gsm7" && septetsOf(piece) === undefined).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("octets", () => {
    const data = Uint8Array.from({ length: 300 }, (_, index) => index);
    const parts = split({ alphabet: "8bit", data }, { reference: 1, bits: 16 });
    expect(parts).toHaveLength(3);
    expect(Buffer.concat(parts.map((part) => (part.alphabet === "8bit" ? part.data : Buffer.of())))).toEqual(
      Buffer.from(data),
    );
  });

  test("255 parts and no more", () => {
    expect(countOf("x".repeat(255 * 153))).toBe(255);
    expect(() => countOf("x".repeat(255 * 153 + 1))).toThrow(expect.objectContaining({ code: "pdu" }));
  });
});

describe("headers", () => {
  const headed = (hex: string): Pick<UserData, "header"> => ({ header: Uint8Array.from(Buffer.from(hex, "hex")) });
  const part: Part = { reference: 0x42, bits: 8, total: 3, number: 2 };

  test.each([
    ["none", {}, undefined],
    ["8 bits", headed("0003420302"), part],
    ["16 bits", headed("080400420302"), { ...part, bits: 16 }],
    ["behind a port", headed("05040b8423f00003420302"), part],
    ["twice: the last one counts", headed("00030103010003420302"), part],
    ["part 0", headed("0003420300"), undefined],
    ["part 4 of 3", headed("0003420304"), undefined],
    ["of no parts", headed("0003420000"), undefined],
    ["an impossible one does not hide another", headed("00034203020003420300"), part],
    ["of a wrong length", headed("000242030000"), undefined],
    ["cut off", headed("00034203"), undefined],
    ["half an element behind it", headed("000342030205"), part],
  ])("%s", (_, userData, expected) => {
    expect(partOf(userData)).toEqual(expected);
  });

  test("written and read", () => {
    expect(partOf({ header: encodePart(part) })).toEqual(part);
    const wide: Part = { reference: 0xbeef, bits: 16, total: 255, number: 255 };
    expect(partOf({ header: encodePart(wide) })).toEqual(wide);
  });
});
