import { expect, test } from "@jest/globals";
import { z } from "zod";
import { describeKeys } from "./config-help.js";

const Config = z.strictObject({
  id: z.string().describe("who it is"),
  logLevel: z.enum(["debug", "info"]).default("info"),
  http: z.strictObject({ port: z.number().int().default(8080), cert: z.string() }),
  link: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("modem"), pin: z.string().optional() }),
    z.strictObject({ kind: z.literal("always") }),
  ]),
  origins: z.array(z.string()).default([]),
  modems: z.array(z.strictObject({ port: z.string() })),
});

const squeezed = describeKeys(Config).map((line) => line.replace(/ +/g, " "));

test("every key is a line: what it takes, its default or that it is required, what it is for", () => {
  expect(squeezed).toEqual([
    "id string required who it is",
    'logLevel debug | info default "info"',
    "http.port integer default 8080",
    "http.cert string required",
    'link.kind "modem" required',
    "link.pin string",
    'link.kind "always" required',
    "origins list of string default []",
    "modems[].port string required",
  ]);
});
