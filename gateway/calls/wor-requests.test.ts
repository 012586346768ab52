import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { judgeWakeToken } from "../protocol/wake-token.js";
import { CallSite, FakeCaller, HARE, RABIT } from "./call-fixture.js";

let site: CallSite;
beforeEach(async () => {
  site = await CallSite.open({ wakeDeadlineSeconds: 45 });
});
afterEach(() => site.close());

const wake = (terminal: string) => site.callUntil("waking", new FakeCaller("shark", terminal));

describe("a WOR request", () => {
  test("by ring says whom to ring, for how long, and carries no token", async () => {
    site.bridges.connect();
    const { caller } = await wake("hare");
    const { message, lifeMs } = await site.bridges.first();
    expect(message).toEqual({ type: "ring", wakeId: expect.any(String), callId: caller.callId, tel: HARE.tel });
    expect(lifeMs).toBeGreaterThan(40_000);
    expect(lifeMs).toBeLessThanOrEqual(45_000);
  });

  test("by SMS carries a token that only this terminal believes, once", async () => {
    site.bridges.connect();
    const { caller } = await wake("rabit");
    const { message } = await site.bridges.first();
    if (message.type !== "sms") throw new Error(`a wake by ${message.type}`);
    expect(message.tel).toBe(RABIT.tel);
    const judge = (terminal: string, lastCounter: number) =>
      judgeWakeToken(terminal, Buffer.from(RABIT.wakeKey, "base64url"), message.text, lastCounter, Date.now() / 1_000);
    expect(judge("rabit", 0)).toMatchObject({ token: { callId: caller.callId, counter: 1 } });
    expect(judge("rabit", 1)).toEqual({ fault: "replayed" });
    expect(judge("hare", 0)).toEqual({ fault: "forged" });
  });

  test("that was cancelled before its token was made is never sent", async () => {
    site.bridges.connect();
    const { call } = await wake("rabit");
    call.hangUp();
    await site.site.table.nextWake("rabit"); // after the one for the wake
    expect(site.bridges.sent).toEqual([]);
  });

  test("waits a while for a bridge", async () => {
    const { caller } = await wake("hare");
    expect(caller.steps).not.toContain("wor-request");
    site.bridges.connect();
    expect(site.bridges.heard).toEqual(["bridge ring 1"]);
    expect(caller.steps).toContain("wor-request");
  });

  test("goes to the bridge that is connected longest, and only to that one", async () => {
    site.bridges.connect("first");
    site.bridges.connect("second");
    await wake("hare");
    site.bridges.connect("third");
    expect(site.bridges.heard).toEqual(["first ring 1"]);
  });

  test("is counted each time it went over the air, by its own bridge's word", async () => {
    site.bridges.connect("first");
    site.bridges.connect("second");
    const { caller, call } = await wake("hare");
    site.bridges.report({ type: "sent" }, "first");
    site.bridges.report({ type: "sent" }, "first");
    site.bridges.report({ type: "sent" }, "second");
    call.hangUp();
    expect(caller.steps.filter((step) => step === "wor-signal")).toHaveLength(1);
    expect(await site.record(caller.callId)).toMatchObject({ rings: 2, sms: 0 });
  });
});

describe("a bridge that comes back", () => {
  test("before it rang gets the same wake again", async () => {
    site.bridges.connect();
    await wake("hare");
    site.bridges.lose();
    site.bridges.connect();
    expect(site.bridges.heard).toEqual(["bridge ring 1", "bridge ring 1"]);
  });

  test("after it rang gets the same wake again: it may have been restarted", async () => {
    site.bridges.connect();
    await wake("hare");
    site.bridges.report({ type: "sent" });
    site.bridges.lose();
    site.bridges.connect();
    expect(site.bridges.heard).toEqual(["bridge ring 1", "bridge ring 1"]);
  });

  test("keeps its wake, though another is connected longer", async () => {
    site.bridges.connect("old");
    site.bridges.connect("mine");
    site.bridges.lose("old");
    await wake("hare");
    site.bridges.connect("old");
    site.bridges.connect("mine");
    expect(site.bridges.heard).toEqual(["mine ring 1", "mine ring 1"]);
  });

  test("after another took its wake is told to stop", async () => {
    site.bridges.connect("first");
    site.bridges.connect("second");
    const { call } = await wake("hare");
    site.bridges.lose("first");
    expect(site.bridges.heard).toEqual(["first ring 1", "second ring 1"]);
    site.bridges.connect("first");
    expect(site.bridges.heard.at(-1)).toBe("first cancel 1");
    call.hangUp();
    expect(site.bridges.heard.slice(3)).toEqual(["second cancel 1"]);
  });

  test("after the call was over is told to stop, once", async () => {
    site.bridges.connect();
    const { call } = await wake("hare");
    site.bridges.report({ type: "sent" });
    site.bridges.lose();
    call.hangUp();
    expect(site.bridges.heard).toEqual(["bridge ring 1"]);
    site.bridges.connect();
    site.bridges.connect();
    expect(site.bridges.heard).toEqual(["bridge ring 1", "bridge cancel 1"]);
  });
});
