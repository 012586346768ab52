import { describe, expect, test } from "@jest/globals";
import { findingsOf, modemFindings } from "./findings.js";
import type { ModemAnswers, ModemReport } from "./modem-report.js";
import type { PortUse } from "./port-holders.js";
import { isWell, resultOf, signalWords, textOf } from "./report-text.js";
import { usbModemOf } from "./usb-modems.js";

const ANSWERS: ModemAnswers = {
  baudRate: 115_200,
  manufacturer: "Quectel",
  model: "EC25",
  revision: "EC25EFAR06A01M4G",
  imei: "001017000000015",
  sim: "READY",
  pinRetries: null,
  functionality: 1,
  registration: "home",
  operator: "Operator",
  signalDbm: -73,
  serviceCentre: "+818000000000",
  stores: [
    { store: "ME", used: 1, total: 23 },
    { store: "ME", used: 1, total: 23 },
    { store: "ME", used: 1, total: 23 },
  ],
};
const USE: PortUse = { holders: [], hidden: false, lockFile: null, modemManager: null };
const PROFILE = { name: "quectel", title: "Quectel", wakes: { ring: "yes", sms: "yes", known: "field" } } as const;
const WELL: ModemReport = {
  port: "/dev/serial/by-id/usb-Quectel",
  path: "/dev/serial/by-id/usb-Quectel",
  byId: [],
  usb: null,
  use: USE,
  failure: null,
  answers: ANSWERS,
  profile: PROFILE,
};
const usb = (number: number) => ({
  vendor: "2c7c",
  product: "0125",
  interface: number,
  device: "1-1",
  title: "Quectel EC25",
  modem: usbModemOf("2c7c", "0125") ?? null,
});

const answers = (changed: Partial<ModemAnswers>): ModemReport => ({ ...WELL, answers: { ...ANSWERS, ...changed } });
const use = (changed: Partial<PortUse>): ModemReport => ({ ...WELL, use: { ...USE, ...changed } });
const failed = (code: string, reason: string): ModemReport => ({
  ...WELL,
  answers: null,
  profile: null,
  failure: { code, reason },
});
const wakes = (changed: Partial<(typeof PROFILE)["wakes"] | { ring: "no" | "needs VoLTE" } | { sms: "no" }>) =>
  ({ ...WELL, profile: { ...PROFILE, wakes: { ...PROFILE.wakes, ...changed } } }) as ModemReport;
const stored = (used: number, total: number) => answers({ stores: [{ store: "SM", used, total }] });

test("a modem in order has none", () => expect(modemFindings(WELL)).toEqual([]));

test.each<[string, ModemReport, ...string[]]>([
  ["another speed", answers({ baudRate: 9_600 }), "note baud-rate"],
  ["SIM locked", answers({ sim: "SIM PIN" }), "fault sim-locked"],
  ["SIM locked, said as an error", answers({ sim: "cme-11" }), "fault sim-locked"],
  ["SIM locked, one try left", answers({ sim: "SIM PIN", pinRetries: 1 }), "fault sim-locked"],
  ["SIM blocked", answers({ sim: "SIM PUK" }), "fault sim-blocked"],
  ["no SIM", answers({ sim: "cme-10" }), "fault sim-missing"],
  ["no SIM, said as a state", answers({ sim: "NOT INSERTED" }), "fault sim-missing"],
  ["SIM busy", answers({ sim: "cme-14" }), "fault sim-busy"],
  ["SIM out of order", answers({ sim: "cme-13" }), "fault sim-unusable"],
  ["no SIM hides what follows from it", answers({ sim: "cme-10", registration: "off" }), "fault sim-missing"],
  ["radio off", answers({ functionality: 4, registration: "off" }), "fault radio-off"],
  ["searching", answers({ registration: "searching" }), "fault no-network"],
  ["refused", answers({ registration: "denied" }), "fault registration-denied"],
  ["does not say", answers({ registration: null }), "warning registration-unknown"],
  ["roaming", answers({ registration: "roaming" }), "note roaming"],
  ["weak", answers({ signalDbm: -105 }), "warning weak-signal"],
  ["signal not known", answers({ signalDbm: null })],
  ["no SMS centre", answers({ serviceCentre: null }), "warning no-sms-centre"],
  ["SMS centre not known", answers({ serviceCentre: undefined })],
  ["store half full", stored(15, 30)],
  ["store nearly full", stored(24, 30), "warning store-nearly-full"],
  ["store full", stored(30, 30), "fault store-full"],
  ["a store without places is none", stored(0, 0)],
  ["no profile", { ...WELL, profile: { ...PROFILE, name: "generic" } }, "note no-profile"],
  ["rings with VoLTE only", wakes({ ring: "needs VoLTE" }), "note ring-needs-volte"],
  ["never rings", wakes({ ring: "no" }), "warning ring-impossible"],
  ["no SMS", wakes({ sms: "no" }), "warning sms-impossible"],
  ["silent", failed("modem-silent", "x: nothing answers AT"), "fault modem-silent"],
  ["hung", failed("modem-hung", "x"), "fault modem-hung"],
  ["gone", failed("port-unavailable", "x cannot be opened: No such file"), "fault port-unavailable"],
  ["forbidden", failed("port-unavailable", "x: Permission denied, cannot open x"), "fault port-forbidden"],
  ["locked by somebody", failed("port-unavailable", "x cannot be opened: Cannot lock port"), "fault port-held"],
  ["ambiguous", failed("port-ambiguous", "x"), "fault port-ambiguous"],
  [
    "held",
    { ...failed("port-held", "x"), use: { ...USE, holders: [{ pid: 7, program: "minicom" }] } },
    "fault port-held",
  ],
  ["lock file", use({ lockFile: { path: "/l", pid: 7, alive: true } }), "warning lock-file"],
  ["old lock file", use({ lockFile: { path: "/l", pid: 7, alive: false } }), "note stale-lock-file"],
  ["ModemManager runs", use({ modemManager: { pid: 7, ignoresPort: false } }), "warning modem-manager"],
  ["ModemManager leaves it alone", use({ modemManager: { pid: 7, ignoresPort: true } })],
  [
    "ModemManager has it",
    use({ modemManager: { pid: 7, ignoresPort: false }, holders: [{ pid: 7, program: "ModemManager" }] }),
    "fault port-held",
  ],
  ["not for AT", { ...WELL, usb: usb(1) }, "fault wrong-interface"],
  ["H52: events leave elsewhere", { ...WELL, usb: usb(3) }, "fault no-events-here"],
  ["H51: a number", { ...WELL, port: "/dev/ttyUSB2", path: "/dev/ttyUSB2", usb: usb(2) }, "note name-may-change"],
  ["the right interface by a name that stays", { ...WELL, port: "usb:2c7c:0125:2", usb: usb(2) }],
])("%s", (_, report, ...expected) => {
  const findings = modemFindings(report);
  expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  for (const { text, advice } of findings) {
    expect(text).not.toBe("");
    expect(advice).not.toBe("");
  }
});

test("the worst comes first", () => {
  const findings = modemFindings(answers({ registration: "searching", signalDbm: -109, baudRate: 9_600 }));
  expect(findings.map(({ severity }) => severity)).toEqual(["fault", "warning", "note"]);
});

describe("no modem at all", () => {
  const other = { path: "/dev/ttyAMA0", byId: [], usb: null };
  test("and nothing else", () => {
    expect(findingsOf({ modems: [], unasked: [] })).toMatchObject([{ code: "no-modem", severity: "fault" }]);
  });
  test("but ports that were not asked are named", () => {
    const result = resultOf({ modems: [], unasked: [other] });
    expect(textOf(result)).toContain("/dev/ttyAMA0");
    expect(isWell(result)).toBe(false);
  });
});

test("as text: words, numbers masked, what to do; a note alone is well", () => {
  const result = resultOf({ modems: [answers({ registration: "roaming" })], unasked: [] });
  const text = textOf(result);
  expect(isWell(result)).toBe(true);
  expect(text).toContain("excellent (-73 dBm)");
  expect(text).toContain("-> rings and messages may cost more");
  expect(text).toContain("All well.");
  expect(text + JSON.stringify(result)).not.toMatch(/001017000000015|818000000000/);
});

test.each([
  [-51, "excellent"],
  [-83, "good"],
  [-93, "fair"],
  [-113, "poor"],
])("%i dBm is %s", (dbm, word) => expect(signalWords(dbm)).toBe(`${word} (${dbm} dBm)`));
