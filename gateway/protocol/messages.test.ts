import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { z } from "zod";
import { CallerDown, CallerUp } from "./caller.js";
import { BridgeDown, BridgeUp, Envelopes, Inbox, TerminalDown, TerminalUp } from "./messages.js";
import { TerminalSettings } from "./settings.js";

const NOW = 1_800_000_000_000;
const ID = "4c8f3f7e-6a0f-4d0e-9b3e-0d6f2b1a5c01";
const sent = { v: 1, id: ID, seq: 0, exp: NOW + 1_000, type: "sent", wakeId: "w1" };

const inboxAt = (now: () => number = () => NOW) => new Inbox(BridgeUp, now);
const uuid = (n: number) => `4c8f3f7e-6a0f-4d0e-9b3e-${n.toString(16).padStart(12, "0")}`;

describe("an inbox", () => {
  test("hands a message over once", () => {
    const inbox = inboxAt();
    expect(inbox.take(JSON.stringify(sent))).toEqual({ message: sent });
    expect(inbox.take(Buffer.from(JSON.stringify(sent)))).toEqual({ dropped: "duplicate", why: ID });
  });

  test.each<[string, string | object, string]>([
    ["no JSON", "{", "garbage"],
    ["nothing", "", "garbage"],
    ["null", "null", "garbage"],
    ["a list", "[]", "garbage"],
    ["another version", { ...sent, v: 2 }, "garbage"],
    ["an unknown type", { ...sent, type: "ring" }, "garbage"],
    ["a key too many", { ...sent, evil: 1 }, "garbage"],
    ["a missing id", { ...sent, id: undefined }, "garbage"],
    ["a wake id that is a topic", { ...sent, wakeId: "a/b" }, "garbage"],
    ["an expired message", { ...sent, exp: NOW - 1 }, "expired"],
  ])("drops %s", (_, payload, dropped) => {
    expect(inboxAt().take(typeof payload === "string" ? payload : JSON.stringify(payload))).toMatchObject({ dropped });
  });

  test("an expired copy does not use up the id", () => {
    let now = NOW + 2_000;
    const inbox = inboxAt(() => now);
    expect(inbox.take(JSON.stringify(sent))).toMatchObject({ dropped: "expired" });
    now = NOW;
    expect(inbox.take(JSON.stringify(sent))).toEqual({ message: sent });
  });

  test("remembers the last 1,000 ids and no more", () => {
    const inbox = inboxAt();
    const take = (n: number) => inbox.take(JSON.stringify({ ...sent, id: uuid(n) }));
    for (let n = 0; n <= 1_000; n += 1) expect(take(n)).toHaveProperty("message");
    expect(take(1)).toMatchObject({ dropped: "duplicate" });
    expect(take(0)).toHaveProperty("message");
  });

  test("never throws, whatever comes", () => {
    const inbox = inboxAt();
    const near = fc.record(
      { v: fc.constant(1), id: fc.uuid(), seq: fc.nat(), exp: fc.nat(), type: fc.string(), wakeId: fc.string() },
      { requiredKeys: [] },
    );
    const payload = fc.oneof(
      fc.string(),
      fc.json(),
      near.map((message) => JSON.stringify(message)),
    );
    fc.assert(fc.property(payload, (text) => void inbox.take(text)));
    fc.assert(fc.property(fc.uint8Array(), (octets) => void inbox.take(Buffer.from(octets))));
  });
});

test("envelopes of one sender have ids of their own and grow in sequence", () => {
  const envelopes = new Envelopes();
  const [first, second] = [envelopes.next(1_000), envelopes.next(1_000)];
  expect(second.seq).toBe(first.seq + 1);
  expect(second.id).not.toBe(first.id);
  expect(Math.abs(first.exp - Date.now() - 1_000)).toBeLessThan(1_000);
});

const SCHEMAS: Record<string, z.ZodType> = {
  TerminalDown,
  TerminalUp,
  BridgeDown,
  BridgeUp,
  CallerUp,
  CallerDown,
  TerminalSettings,
};

test.each(Object.entries(SCHEMAS))("%s takes no garbage and never throws", (_, schema) => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.jsonValue()), (value) => {
      expect(schema.safeParse(value).success).toBe(false);
    }),
  );
});

const call = { callId: ID, v: 1, id: ID, seq: 0, exp: 1 };
test.each<[string, z.ZodType, object]>([
  ["an SDP that is none", TerminalUp, { ...call, type: "answer", sdp: "hello" }],
  ["an SDP too long", TerminalUp, { ...call, type: "answer", sdp: `v=0${"a".repeat(32 * 1_024)}` }],
  [
    "an address that is a name",
    TerminalUp,
    { v: 1, id: ID, seq: 0, exp: 1, type: "hello", address: "x.org", wokenBy: "sms" },
  ],
  ["a number that is none", BridgeDown, { ...call, type: "ring", wakeId: "w", tel: "110" }],
  ["a dial string", BridgeDown, { ...call, type: "ring", wakeId: "w", tel: "+8180;ATH" }],
  ["two SMS", BridgeDown, { ...call, type: "sms", wakeId: "w", tel: "+81801111222", text: "a".repeat(161) }],
  ["a call id that is no UUID", CallerUp, { type: "call", callId: "1", terminal: "rabit" }],
  ["a terminal that is a wildcard", CallerUp, { type: "call", callId: ID, terminal: "+" }],
])("%s is refused", (_, schema, message) => {
  expect(schema.safeParse(message).success).toBe(false);
});
