import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { secret, temporaryDirectory } from "./db/database-fixture.js";
import { hashPassword, hashSecret, passwordMatches, Sealer, secretMatches } from "./secrets.js";

describe("a sealed value", () => {
  let dir: ReturnType<typeof temporaryDirectory>;
  beforeEach(() => {
    dir = temporaryDirectory();
  });
  afterEach(() => dir.remove());
  const sealer = (file = "key") => Sealer.fromFile(dir.path(file));
  const PLACE = "terminals:rabit:password";

  test("opens in its place, also after a restart, and never looks the same twice", () => {
    const sealed = sealer().seal(PLACE, "carrot");
    expect(sealer().unseal(PLACE, sealed)).toBe("carrot");
    expect(sealed).not.toContain("carrot");
    expect(sealer().seal(PLACE, "carrot")).not.toBe(sealed);
  });

  test.each<[string, (sealed: string) => [place: string, sealed: string, file: string]]>([
    ["was moved to another row", (sealed) => ["terminals:hare:password", sealed, "key"]],
    ["was moved to another column", (sealed) => ["terminals:rabit:wake_key", sealed, "key"]],
    ["was sealed with another key", (sealed) => [PLACE, sealed, "other"]],
    ["was changed", (sealed) => [PLACE, sealed.replace(/.$/, (last) => (last === "A" ? "Q" : "A")), "key"]],
    ["was cut", (sealed) => [PLACE, sealed.slice(0, 20), "key"]],
    ["is empty", () => [PLACE, "", "key"]],
  ])("that %s does not open", (_, tamper) => {
    const [place, sealed, file] = tamper(sealer().seal(PLACE, "carrot"));
    expect(() => sealer(file).unseal(place, sealed)).toThrow(expect.objectContaining({ code: "unseal" }));
  });

  test("whichever of its octets is changed", () => {
    const own = sealer();
    const octets = Buffer.from(own.seal(PLACE, "carrot").slice(3), "base64url");
    for (let i = 0; i < octets.length; i += 1) {
      const changed = Buffer.from(octets);
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
      expect(() => own.unseal(PLACE, `v1.${changed.toString("base64url")}`)).toThrow("key file");
    }
  });

  test("has a key file that only its owner reads", () => {
    sealer();
    expect(statSync(dir.path("key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(dir.path("key"), "utf8")).toMatch(/^[A-Za-z0-9_-]{43}\n$/);
  });

  test("a wrong key file is refused and left as it is", () => {
    writeFileSync(dir.path("key"), "too short\n");
    expect(() => sealer()).toThrow(expect.objectContaining({ code: "key-file" }));
    expect(readFileSync(dir.path("key"), "utf8")).toBe("too short\n");
    mkdirSync(dir.path("directory"));
    expect(() => sealer("directory")).toThrow(expect.objectContaining({ code: "key-file" }));
  });
});

test("a device's secret is known by its hash", () => {
  const own = secret();
  expect(secretMatches(own, hashSecret(own))).toBe(true);
  expect(secretMatches(secret(), hashSecret(own))).toBe(false);
  expect(secretMatches("", hashSecret(own))).toBe(false);
});

test("a password is known by its salted hash", async () => {
  const hash = await hashPassword("carrot");
  expect(await passwordMatches("carrot", hash)).toBe(true);
  expect(await passwordMatches("Carrot", hash)).toBe(false);
  expect(await passwordMatches("carrot", "")).toBe(false);
  expect(await hashPassword("carrot")).not.toBe(hash);
});
