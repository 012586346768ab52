import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { PROFILES } from "../profiles/profiles.js";
import { profileTable, sourceList, usbTable } from "./modem-docs.js";
import { USB_MODEMS } from "./usb-modems.js";

const FILE = join(__dirname, "../../../docs/modems.md");
const profiles = Object.values(PROFILES);

test.each([
  ["profiles", profileTable(profiles)],
  ["sources", sourceList(profiles)],
  ["usb", usbTable(USB_MODEMS)],
])("docs/modems.md has the %s as they are; WOR_UPDATE_DOCS=1 writes them", (name, wanted) => {
  const text = readFileSync(FILE, "utf8");
  const part = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- end -->)`);
  expect(text).toMatch(part);
  if (process.env.WOR_UPDATE_DOCS === "1")
    writeFileSync(
      FILE,
      text.replace(part, (_, from, to) => from + wanted + to),
    );
  else expect(part.exec(text)?.[0]).toBe(`<!-- ${name} -->\n${wanted}\n<!-- end -->`);
});
