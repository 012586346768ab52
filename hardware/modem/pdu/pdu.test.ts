import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { WorError } from "../../../process/errors.js";
import { addressOf, textOfAddress } from "./address.js";
import { decodeDeliver, encodeDeliver } from "./deliver.js";
import { packSeptets, septetsOf, textOfSeptets, unpackSeptets } from "./gsm7.js";
import { hexOf } from "./octets.js";
import { decodeStatusReport, encodeStatusReport, outcomeOf } from "./status-report.js";
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

// The one of the best known tutorial on PDU mode, and what gammu and smstools wrote to an emulator of ours.
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
  // pmarti/python-messaging, messaging/test/test_sms.py, checked there against pduspy and rednaxela's converter.
  ["0001000B914316565811F9000004E8373B0C", "+34616585119", "hola", undefined],
  ["07914346466554F601000B914316565811F9000004E8373B0C", "+34616585119", "hola", undefined],
  ["0021000B914356143254F6000006E8721E947F03", "+34654123456", "hey yo", undefined],
  ["0001000B914356143254F6001006E8721E947F03", "+34654123456", "hey yo", undefined],
  ["0001000B914356143254F6001306E8721E947F03", "+34654123456", "hey yo", undefined],
  ["0001000B914356143254F6000009C2AD341104EDFB00", "+34654123456", "BÄRÇA äñ@", undefined],
  ["07914400000000F001000B811000000000F000040B48692074686572652E2E2E", "01000000000", "Hi there...", undefined],
  ["07914346466554F601000B914316565811F9000806304253F68449", "+34616585119", "あ叶葉", undefined],
  ["001100098156355476F80008AA0E0420044304410441043A04380439", "655345678", "Русский", 4 * 24 * 60],
] as const;

// As above, and the "How are you?" that everybody quotes.
const DELIVERS = [
  [
    "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "+31641600986",
    "2002-08-26T19:37:41Z",
    "How are you?",
  ],
  [
    "07914306073011F0040B914316709807F2000880604290224080084E2D5174901A8BAF",
    "+34610789702",
    "2008-06-24T09:22:04+02:00",
    "中兴通讯",
  ],
  [
    "0791447758100650040C914497716247010000909010711423400A2050EC468B81C4733A",
    "+447917267410",
    "2009-09-01T16:41:32Z",
    "  1741 bst",
  ],
  [
    "07919333852804000412D0F7FBDD454FB75D693A0000903002801153402BCD301E9F0605D9E971191483C140412A35690D52832063D2F9040599A058EE05A3BD6430580E",
    "www.tim.it",
    "2009-03-20T08:11:35+01:00",
    "Maxxi Alice 100 ATTIVATA FINO AL 19/04/2009",
  ],
  [
    "07919471060040340409D0C6A733390400009060920173018093CC74595C96838C4F6772085AD6DDE4320B444E9741D4B03C6D7EC3E9E9B71B9474D3CB727799DEA286CFE5B9991DA6CBC3F432E85E9793CBA0F09A9EB6A7CB72BA0B9474D3CB727799DE72D6E9FABAFB0CBAA7E56490BA4CD7D34170F91BE4ACD3F575F7794E0F9F4161F1B92C2F8FD1EE32DD054AA2E520E3D3991C82A8E5701B",
    "FONIC",
    "2009-06-29T10:37:10+02:00",
    "Lieber FONIC Kunde, die Tarifoption Internet-Tagesflatrate wurde aktiviert. Internet-Nutzung wird jetzt pro Nutzungstag abgerechnet. Ihr FONIC Team",
  ],
] as const;

// python-messaging, and transcripts of +CDS: delivered, and given up for good.
const REPORTS = [
  [
    "07914306073011F006270B913426565711F7012081111345400120811174054043",
    {
      reference: 0x27,
      to: "+43626575117",
      sentAt: "2010-02-18T10:31:54.000Z",
      dischargedAt: "2010-02-18T10:47:50.000Z",
      status: 0x43,
    },
  ],
  [
    "0006240C81802532143479510191012064825101910120158200",
    {
      reference: 0x24,
      to: "085223414397",
      sentAt: "2015-10-19T03:02:46.000Z",
      dischargedAt: "2015-10-19T03:02:51.000Z",
      status: 0,
    },
  ],
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
      zoneMinutes: 120,
      userData: { alphabet: "gsm7", text: "hellohello" },
    });
  });

  test.each(DELIVERS)("DELIVER %s", (hex, from, zoned, text) => {
    const deliver = decodeDeliver(hex);
    expect(textOfAddress(deliver.from)).toBe(from);
    expect(textOfUserData(deliver.userData)).toBe(text);
    const { sentAt, zoneMinutes } = decodeDeliver(encodeDeliver(deliver).hex);
    expect({ sentAt, zoneMinutes }).toEqual({ sentAt: deliver.sentAt, zoneMinutes: deliver.zoneMinutes });
    expect(deliver.sentAt).toEqual(new Date(zoned));
  });

  test.each(REPORTS)("STATUS-REPORT %s", (hex, expected) => {
    const { to, sentAt, dischargedAt, ...rest } = decodeStatusReport(hex);
    const { serviceCentre: _, ...told } = rest;
    expect({
      ...told,
      to: textOfAddress(to),
      sentAt: sentAt?.toISOString(),
      dischargedAt: dischargedAt?.toISOString(),
    }).toEqual(expected);
  });

  test("SUBMIT valid until a time", () => {
    const hex = "0019000B914316565811F900000170520251930004E8373B0C";
    const submit = decodeSubmit(hex);
    expect(submit).toMatchObject({ validUntil: new Date("2010-07-25T20:15:39Z") });
    expect(submit.validityMinutes).toBeUndefined();
    expect(encodeSubmit(submit).hex).toBe(hex);
  });

  test.each([
    ["01A70000000000", 24 * 60], // relative, as in one octet
    ["021E0000000000", 0.5],
    ["03103054000000", 63.75],
    ["00000000000000", undefined],
  ])("TP-VP enhanced %s", (vp, minutes) => {
    const { validityMinutes } = decodeSubmit(`0009000B914316565811F90000${vp}04E8373B0C`);
    expect(validityMinutes).toBe(minutes);
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
    expect(inZone(0xff)).toBe("2026-11-23T12:00:00.000Z"); // none that can be
    expect(decodeTimestamp(new Uint8Array(7))).toBeUndefined();
  });

  test("the published one: 12 February, 05:57:30, in three zones", () => {
    const octets = (zone: number) => encodeTimestamp(new Date(Date.UTC(2099, 1, 12, 5, 57, 30) - zone * 60_000), zone);
    expect(hexOf(Uint8Array.from(octets(180)))).toBe("99202150750321");
    expect(hexOf(Uint8Array.from(octets(0)))).toBe("99202150750300");
    expect(hexOf(Uint8Array.from(octets(-180)))).toBe("99202150750329");
    expect(decodeTimestamp(Uint8Array.from(octets(-180)))).toEqual(new Date("2099-02-12T08:57:30Z"));
  });

  test.each([
    ["month 13", "62313223454300"],
    ["30 February", "62200323454300"],
    ["hour 24", "62113242454300"],
    ["a digit that is none", "621A3223454300"],
  ])("no such time: %s", (_, hex) => {
    expect(decodeTimestamp(Uint8Array.from(Buffer.from(hex, "hex")))).toBeUndefined();
  });

  test("STATUS-REPORT, with and without what may follow it", () => {
    const report = {
      reference: 255,
      to: addressOf("+818012345678"),
      sentAt: new Date("2026-11-23T12:00:00Z"),
      dischargedAt: undefined,
      status: 0x30,
      serviceCentre: undefined,
    };
    const { hex, length } = encodeStatusReport(report);
    expect(length).toBe(hex.length / 2 - 1);
    for (const more of ["", "FFFFFF", "00", "0100", "870000000441424344"]) {
      expect(decodeStatusReport(hex + more)).toEqual(report);
    }
    for (const more of ["01", "0000", "07000005414243", "80"]) {
      expect(() => decodeStatusReport(hex + more)).toThrow(expect.objectContaining({ code: "pdu" }));
    }
  });

  test("TP-ST in words", () => {
    expect([0x00, 0x02, 0x1f].map(outcomeOf)).toEqual(Array(3).fill("delivered"));
    expect([0x20, 0x25, 0x3f].map(outcomeOf)).toEqual(Array(3).fill("pending"));
    expect([0x40, 0x46, 0x60, 0x65, 0xff].map(outcomeOf)).toEqual(Array(5).fill("failed"));
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

  test.each([
    ["0791A", "an odd number of hexadecimal digits"],
    ["0791xx", "character 4 is not a hexadecimal digit"],
    ["00".repeat(256), "256 octets, at most 255 are possible"],
    ["0791947101", "the service centre's address needs 6 octets from octet 2 on, but the PDU ends after 5"],
    ["0F91947101", "the service centre's address of 15 octets"],
    ["0004FF91", "TP-OA of 255 digits"],
    ["0004049121430000621132", "TP-SCTS needs 7 octets from octet 8 on, but the PDU ends after 11"],
    ["0004049121430000621132309543000E6937", "TP-UD needs 13 octets"],
    ["0004049121430000621132309543FFFF6937", "TP-UD of 224 octets, at most 140"],
    ["00440491214300006211323095430002FF00", "TP-UDH of 256 octets in a TP-UD of 2"],
    ["00040491214300006211323095430001410042", "its 17 octets are followed by 2 more"],
    ["0004049121430008621132309543000141", "half a UCS2 character"],
    ["0004049121430020621132309543000141", "compressed"],
    ["0001000491214300000141", "not an SMS-DELIVER"],
  ])("%s: %s", (hex, what) => {
    expect(() => decodeDeliver(hex)).toThrow(
      expect.objectContaining({ code: "pdu", message: expect.stringContaining(what) }),
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
