import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openTestDatabase, RABIT, SETTINGS, secret, type TestDatabase } from "./database-fixture.js";

describe("the master table", () => {
  let site: TestDatabase;
  beforeEach(async () => {
    site = await openTestDatabase();
  });
  afterEach(() => site.close());
  const save = (changes: Partial<typeof SETTINGS>) => site.table.saveSettings("rabit", { ...SETTINGS, ...changes }, 2);

  test.each([
    ["rabit", "shark", {}, "admitted"],
    ["rabit", "dog", {}, "admitted"],
    ["rabit", "tiger", {}, "not-permitted"],
    ["rabit", "whale", {}, "not-permitted"],
    ["rabit", "shark", { worPermissions: {} }, "not-permitted"],
    ["rabit", "shark", { doNotDisturb: true }, "do-not-disturb"],
    ["rabit", "shark", { proxyLogin: false }, "not-logged-in-by-proxy"],
    ["RABIT", "shark", {}, "unknown-terminal"],
    ["", "", {}, "unknown-terminal"],
  ] as const)("%s called by %s with settings %j: %s", async (terminal, caller, settings, expected) => {
    await save(settings);
    const admission = await site.table.admit(terminal, caller);
    expect(admission.verdict === "admitted" ? "admitted" : admission.why).toBe(expected);
  });

  test("an admission brings the terminal's row", async () => {
    const admission = await site.table.admit("rabit", "shark");
    expect(admission).toMatchObject({ terminal: { id: "rabit", tel: RABIT.tel, way: "sms", status: "off-line" } });
  });

  test("permissions are of one terminal, and the last settings replace all that were before", async () => {
    await save({ worPermissions: { tiger: "allow" } });
    expect(await site.table.admit("rabit", "tiger")).toMatchObject({ verdict: "admitted" });
    expect(await site.table.admit("rabit", "shark")).toMatchObject({ verdict: "refused" });
    expect(await site.table.admit("hare", "tiger")).toMatchObject({ verdict: "refused" });
  });

  test("a caller sees the terminals that it may wake", async () => {
    expect(await site.table.visibleTo("shark")).toEqual(["hare", "rabit"]);
    expect(await site.table.visibleTo("tiger")).toEqual([]);
  });

  test("a terminal logs in with its own secret", async () => {
    expect(await site.table.authenticate("rabit", RABIT.secret)).toBe(true);
    expect(await site.table.authenticate("rabit", secret())).toBe(false);
    expect(await site.table.authenticate("whale", RABIT.secret)).toBe(false);
  });

  test("passwords and wake keys are sealed, and bound to their terminal", async () => {
    const rows = await site.db.selectFrom("terminals").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(SETTINGS.password);
    expect(JSON.stringify(rows)).not.toContain(RABIT.wakeKey);
    const { wake_key_sealed } = rows.find((row) => row.id === "hare") ?? {};
    await site.db.updateTable("terminals").set({ wake_key_sealed }).where("id", "=", "rabit").execute();
    await expect(site.table.nextWake("rabit")).rejects.toMatchObject({ code: "unseal" });
  });

  test("a wake counter is given out once, also in parallel", async () => {
    const wakes = await Promise.all(Array.from({ length: 200 }, () => site.table.nextWake("rabit")));
    expect(new Set(wakes.map((wake) => wake.counter)).size).toBe(200);
    expect(wakes.every((wake) => wake.key.equals(Buffer.from(RABIT.wakeKey, "base64url")))).toBe(true);
    expect((await site.table.nextWake("rabit")).counter).toBe(201);
    expect((await site.table.nextWake("hare")).counter).toBe(1);
    await expect(site.table.nextWake("whale")).rejects.toThrow();
  });

  test("opened again it keeps what it knows, and everybody is off line", async () => {
    await site.table.nextWake("rabit");
    await site.table.setStatus("rabit", "on-line", "10.0.0.2");
    await site.table.open([{ ...RABIT, secret: secret() }]);
    expect(await site.table.find("rabit")).toMatchObject({ status: "off-line", ip: null, wake_counter: 1 });
    expect(await site.table.authenticate("rabit", RABIT.secret)).toBe(true);
    expect(await site.table.proxyAccounts()).toEqual([
      { terminal: "rabit", user: "rabit", password: "carrot" },
      { terminal: "hare", user: "hare", password: "carrot" },
    ]);
  });
});
