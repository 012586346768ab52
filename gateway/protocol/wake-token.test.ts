import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { encodeWakeToken, judgeWakeToken } from "./wake-token.js";

const KEY = randomBytes(32);
const NOW = 1_800_000_000;
const TOKEN = { counter: 7, expiry: NOW + 45, callId: randomUUID() };
const TEXT = encodeWakeToken("rabit", KEY, TOKEN);

interface Circumstances {
  terminal?: string;
  key?: Buffer;
  text?: string;
  lastCounter?: number;
  now?: number;
}
const judge = ({ terminal = "rabit", key = KEY, text = TEXT, lastCounter = 6, now = NOW }: Circumstances = {}) =>
  judgeWakeToken(terminal, key, text, lastCounter, now);

describe("a token", () => {
  test("says the same to its terminal as the gateway said", () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), fc.uuid(), (counter, expiry, callId) => {
        const token = { counter: Math.max(1, counter), expiry, callId };
        const text = encodeWakeToken("rabit", KEY, token);
        expect(judge({ text, lastCounter: token.counter - 1, now: expiry })).toEqual({ token });
      }),
    );
  });

  // TS 23.038 clause 6.2.1: these are one septet each, the escaped ones are not.
  test("fits one SMS of the GSM 7-bit default alphabet", () => {
    expect(TEXT).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(TEXT.length).toBeLessThanOrEqual(160);
  });

  test.each<[string, Circumstances, string]>([
    ["of another terminal", { terminal: "hare" }, "forged"],
    ["of another key", { key: randomBytes(32) }, "forged"],
    ["used before", { lastCounter: 7 }, "replayed"],
    ["older than the last one", { lastCounter: 8 }, "replayed"],
    ["expired", { now: NOW + 46 }, "expired"],
    ["with something behind it", { text: `${TEXT}=` }, "not-a-token"],
    ["with a line end behind it", { text: `${TEXT}\n` }, "not-a-token"],
    ["in small letters", { text: TEXT.toLowerCase() }, "not-a-token"],
    ["of nothing", { text: "" }, "not-a-token"],
  ])("%s is refused", (_, circumstances, fault) => {
    expect(judge(circumstances)).toEqual({ fault });
  });

  test("is good up to its expiry, and with a clock that was never set", () => {
    expect(judge({ now: TOKEN.expiry })).toEqual({ token: TOKEN });
    expect(judge({ now: 0 })).toEqual({ token: TOKEN });
  });

  test("needs a UUID as its call id", () => {
    expect(() => encodeWakeToken("rabit", KEY, { ...TOKEN, callId: "call-1" })).toThrow(
      expect.objectContaining({ code: "wake-token" }),
    );
  });
});

describe("a changed token is never accepted", () => {
  test("whichever bit of its text is flipped", () => {
    for (let bit = 0; bit < TEXT.length * 8; bit += 1) {
      const octets = Buffer.from(TEXT, "latin1");
      octets.writeUInt8(octets.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(judge({ text: octets.toString("latin1"), lastCounter: 0, now: 0 })).toHaveProperty("fault");
    }
  });

  test("whichever bit of its octets is flipped", () => {
    const octets = Buffer.from(TEXT.slice(3), "base64url");
    for (let bit = 0; bit < octets.length * 8; bit += 1) {
      const changed = Buffer.from(octets);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const text = `WOR${changed.toString("base64url")}`;
      expect(judge({ text, lastCounter: 0, now: 0 })).toHaveProperty("fault");
    }
  });

  test("whatever else its characters are, and garbage never throws", () => {
    const base64url = fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    const lookalike = fc.string({ unit: base64url, minLength: 55, maxLength: 55 }).map((text) => `WOR${text}`);
    fc.assert(
      fc.property(fc.oneof(lookalike, fc.string({ unit: "binary" }), fc.string()), (text) => {
        expect(judge({ text, lastCounter: 0, now: 0 })).toHaveProperty("fault");
      }),
      { numRuns: 2_000 },
    );
  });
});
