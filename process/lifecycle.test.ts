import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Owned } from "./lifecycle.js";
import { createLog } from "./log.js";

describe("Owned", () => {
  const closed: string[] = [];
  let warnings: string[];
  let owned: Owned;

  beforeEach(() => {
    jest.useFakeTimers();
    closed.length = 0;
    warnings = [];
    owned = new Owned(createLog("test", "warn", { write: (line) => void warnings.push(JSON.parse(line).item) }));
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  const closes = (name: string) => ({ close: () => void closed.push(name) });

  test("gives back what it owns", () => {
    const item = closes("database");
    expect(owned.own("database", item)).toBe(item);
  });

  test("closes in reverse order, one after the other", async () => {
    owned.own("first", closes("first"));
    owned.own("slow", {
      close: async () => {
        await Promise.resolve();
        closed.push("slow");
      },
    });
    owned.own("last", closes("last"));
    await owned.close();
    expect(closed).toEqual(["last", "slow", "first"]);
  });

  test("closes once, however often it is told", async () => {
    owned.own("only", closes("only"));
    await Promise.all([owned.close(), owned.close()]);
    await owned.close();
    expect(closed).toEqual(["only"]);
  });

  test.each<[string, () => Promise<void> | void]>([
    ["hangs", () => new Promise(() => {})],
    ["rejects", () => Promise.reject(new Error("no"))],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
  ])("one that %s does not hold the others, and is named", async (_, close) => {
    owned.own("first", closes("first"));
    owned.own("bad", { close });
    owned.own("last", closes("last"));
    const done = owned.close();
    await jest.advanceTimersByTimeAsync(5_000);
    await done;
    expect(closed).toEqual(["last", "first"]);
    expect(warnings).toEqual(["bad"]);
  });
});
