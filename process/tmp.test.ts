import { test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { z } from "zod";
import { loadConfig } from "./config.js";
const S = z.strictObject({ http: z.strictObject({ port: z.number().default(1) }).prefault({}), lvl: z.enum(["a","b"]).default("a"),
 link: z.discriminatedUnion("kind", [z.strictObject({kind: z.literal("x"), sock: z.string()}), z.strictObject({kind: z.literal("y")})]).default({kind:"y"}), list: z.array(z.strictObject({ id: z.string() })).default([]) });
test("x", () => {
  const t = (toml: string, env = {}) => { writeFileSync("/tmp/x/a.toml", toml); try { console.log(JSON.stringify(loadConfig(S, "/tmp/x/a.toml", "P", env))); } catch (e) { console.log((e as Error).message); } };
  t("htp = 1"); t("[http]\nprt=1"); t("[http]\nport='a'"); t("lvl='c'"); t("[link]\nkind='z'"); t("[link]\nkind='x'\nsck='1'"); t("[link]\nkind='y'\nsck='1'"); t("[link]"); t("[[list]]\nidd='x'"); t("a = ");
  t("", { P_HTP__PORT: "1" }); t("", { P_HTTP: '{"port":"x"}' }); t("", { P_HTTP__PORT: "x" }); t("", { P_LINK__KIND: "x", P_LINK__SOCK: "12" }); t("lvl=1", {P_HTTP: "5"}); t("http=3", {P_HTTP__PORT: "5"});
});
