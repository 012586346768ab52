import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { WorError } from "../../../process/errors.js";
import { addressOf, textOfAddress } from "./address.js";
import { decodeDeliver, encodeDeliver } from "./deliver.js";
import { packSeptets, septetsOf, textOfSeptets, unpackSeptets } from "./gsm7.js";
import { hexOf } from "./octets.js";
import { decodeSubmit, encodeSubmit } from "./submit.js";
import { decodeTimestamp, decodeValidity, encodeTimestamp, encodeValidity } from "./time.js";
import { textOfUserData, userDataOf } from "./user-data.js";

const GSM_CHARACTERS = [...Array(128).keys()]
  .filter((code) => code !== 0x1b)
  .map((code) => textOfSeptets([code]))
  .concat([..."\f^{}\\[~]|€"]);
const gsmText = fc.string({ unit: fc.constantFrom(...GSM_CHARACTERS), maxLength: 80 });
const number = fc
  .tuple(fc.constantFrom("+", ""), fc.stringMatching(/^[0-9]{3,15}$/))
  .map(([plus, digits]) => plus + digits);
const date = fc.date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });

// The two of the best known tutorial on PDU mode, and what gammu and smstools wrote to an emulator of ours.
const SUBMITS = [
  ["0011000B916407281553F80000AA0AE8329BFD4697D9EC37", "+46708251358", "hellohello", 4 * 24 * 60],
  [
    "0011000891515510000000FF13E8329BFD0699E5EF3668DE9ED3DF6FF61C",
    "+15550100",
    "hello from smstools",
    63 * 7 * 24 * 60,
  ],
  ["079194710167000011000891515510000000FF10E8329BFD0699E5EF36E81C6EB7EB", "+15550100", "hello from gammu", 635040],
  ["00010008915155100000000DE8329BFD0699E5EF36A8DD06", "+15550100", "hello from mm", undefined],
] as const;

describe("published examples", () => {
  test.each(SUBMITS)("SUBMIT %s", (hex, to, text, validityMinutes) => {
    const submit = decodeSubmit(hex);
    expect(textOfAddress(submit.to)).toBe(to);
    expect(textOfUserData(submit.userData)).toBe(text);
    expect(submit.validityMinutes).toBe(validityMinutes);
    expect(encodeSubmit(submit)).toEqual({ hex, length: submit.length });
  });

  test("DELIVER with a service centre, a zone and an abbreviated number", () => {
    const deliver = decodeDeliver("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37");
    expect(deliver).toEqual({
      serviceCentre: { kind: "international", value: "27381000015" },
      from: { kind: "unknown", value: "27838890001" },
      sentAt: new Date("2099-03-29T13:16:59Z"),
      userData: { alphabet: "gsm7", text: "hellohello" },
    });
  });

  test("DELIVER as a SIM gives it out, filled up with 0xff", () => {
    const hex = "0791947101670000040891515510320000621132309543000E693788FE06CDDB73FAFBCD9E03";
    expect(decodeDeliver(`${hex}FFFFFF`).userData).toEqual({ alphabet: "gsm7", text: "in to smstools" });
    expect(() => decodeDeliver(`${hex}00`)).toThrow(expect.objectContaining({ code: "pdu" }));
  });

  test("the extension table takes two septets (TS 23.038 clause 6.2.1.1)", () => {
    expect(hexOf(packSeptets(septetsOf("€") ?? []))).toBe("9B32");
    expect(septetsOf("€")).toEqual([0x1b, 0x65]);
    expect(septetsOf("日")).toBeUndefined();
  });

  test("ESC before an unknown code shows the default alphabet, ESC ESC and a last ESC a space", () => {
    expect(textOfSeptets([0x1b, 0x41, 0x1b, 0x1b, 0x42, 0x1b])).toBe("A B ");
  });

  test("an alphanumeric sender", () => {
    const { hex } = encodeDeliver({ from: addressOf("InfoSMS"), userData: userDataOf("x"), sentAt: undefined });
    expect(hex.slice(4, 22)).toBe(`0DD0${hexOf(packSeptets(septetsOf("InfoSMS") ?? []))}`);
    expect(decodeDeliver(hex).from).toEqual({ kind: "alphanumeric", value: "InfoSMS" });
  });
});

describe("round trips", () => {
  test("septets", () => {
    fc.assert(
      fc.property(gsmText, fc.nat(6), (text, fill) => {
        const septets = septetsOf(text) ?? [];
        expect(textOfSeptets(unpackSeptets(packSeptets(septets, fill), septets.length, fill))).toBe(text);
      }),
    );
  });

  test("SUBMIT and DELIVER in every alphabet, with and without header", () => {
    const ucs2 = fc.string({ unit: "grapheme", maxLength: 10 }).filter((text) => text.length <= 60);
    const header = fc.option(fc.uint8Array({ minLength: 1, maxLength: 8 }), { nil: undefined });
    const userData = fc
      .tuple(
        fc.oneof(
          gsmText
            .filter((text) => (septetsOf(text)?.length ?? 999) <= 140)
            .map((text) => ({ alphabet: "gsm7" as const, text })),
          ucs2.map((text) => ({ alphabet: "ucs2" as const, text })),
          fc.uint8Array({ maxLength: 120 }).map((data) => ({ alphabet: "8bit" as const, data })),
        ),
        header,
        fc.option(fc.nat(3), { nil: undefined }),
      )
      .map(([data, head, messageClass]) => ({
        ...data,
        ...(head === undefined ? {} : { header: head }),
        ...(messageClass === undefined ? {} : { messageClass }),
      }));
    fc.assert(
      fc.property(number, userData, date, fc.nat(600), (tel, data, sentAt, validityMinutes) => {
        const address = addressOf(tel);
        const whole = new Date(Math.floor(sentAt.getTime() / 1000) * 1000);
        expect(decodeDeliver(encodeDeliver({ from: address, userData: data, sentAt: whole }).hex)).toMatchObject({
          from: address,
          userData: data,
          sentAt: whole,
        });
        const submit = decodeSubmit(encodeSubmit({ to: address, userData: data, validityMinutes }).hex);
        expect(submit).toMatchObject({ to: address, userData: data });
        expect(submit.validityMinutes).toBeGreaterThanOrEqual(validityMinutes);
      }),
    );
  });

  test("every validity value, and never shorter than asked for", () => {
    for (let value = 0; value < 256; value += 1) expect(encodeValidity(decodeValidity(value))).toBe(value);
    fc.assert(fc.property(fc.nat(635_040), (minutes) => decodeValidity(encodeValidity(minutes)) >= minutes));
  });

  test("timestamps of other zones", () => {
    const noon = encodeTimestamp(new Date("2026-11-23T12:00:00Z"));
    const inZone = (octet: number) => decodeTimestamp(Uint8Array.from([...noon.slice(0, 6), octet]))?.toISOString();
    expect(inZone(0x63)).toBe("2026-11-23T03:00:00.000Z"); // +9 h: 36 quarters
    expect(inZone(0x0a)).toBe("2026-11-23T17:00:00.000Z"); // -5 h: 20 quarters, sign in bit 3
    expect(decodeTimestamp(new Uint8Array(7))).toBeUndefined();
  });
});

describe("garbage", () => {
  const onlyPduErrors = (decode: () => unknown) => {
    try {
      decode();
    } catch (error) {
      expect(error).toBeInstanceOf(WorError);
      expect(error).toHaveProperty("code", "pdu");
    }
  };

  test("any bytes and any text give a value or a pdu error", () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map(hexOf);
    fc.assert(
      fc.property(fc.oneof(bytes, fc.string()), (hex) => {
        onlyPduErrors(() => decodeSubmit(hex));
        onlyPduErrors(() => decodeDeliver(hex));
      }),
      { numRuns: 2_000 },
    );
  });

  test("a truncated PDU is never accepted", () => {
    for (const [hex] of SUBMITS) {
      for (let cut = 2; cut < hex.length; cut += 2) {
        expect(() => decodeSubmit(hex.slice(0, cut))).toThrow(expect.objectContaining({ code: "pdu" }));
      }
    }
  });

  test.each([
    ["too long for one SMS", userDataOf("x".repeat(161))],
    ["too long in UCS2", userDataOf("日".repeat(71))],
    ["a character that is not GSM", { alphabet: "gsm7" as const, text: "日" }],
  ])("%s is refused", (_, userData) => {
    expect(() => encodeSubmit({ to: addressOf("+1555"), userData })).toThrow(expect.objectContaining({ code: "pdu" }));
  });
});
