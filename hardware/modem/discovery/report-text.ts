import { maskNumber } from "../../../process/log.js";
import { signalWord } from "../commands/network.js";
import type { Finding } from "./finding.js";
import { findingsOf, modemFindings } from "./findings.js";
import type { DoctorReport, ModemAnswers, ModemReport } from "./modem-report.js";

/** What `wor doctor modem --json` prints: the report without numbers that tell on people, and its findings. */
export interface DoctorResult {
  findings: Finding[];
  modems: ExaminedModem[];
  unasked: string[];
}

type ExaminedModem = ModemReport & { findings: Finding[] };

export function resultOf(report: DoctorReport): DoctorResult {
  return {
    findings: findingsOf(report),
    modems: report.modems.map((modem) => ({ ...masked(modem), findings: modemFindings(masked(modem)) })),
    unasked: report.unasked.map(({ path }) => path),
  };
}

/** Nothing to do, though there may be something to know. */
export function isWell({ findings, modems }: DoctorResult): boolean {
  return [...findings, ...modems.flatMap((modem) => modem.findings)].every(({ severity }) => severity === "note");
}

export function textOf(result: DoctorResult): string {
  const blocks = result.modems.map((modem) => [
    modemTitle(modem),
    ...rowsOf(modem),
    ...modem.findings.map(findingText),
  ]);
  const well = isWell(result) ? [["All well."]] : [];
  return `${[...blocks, result.findings.map(findingText), ...well]
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

/** -113 to -51 dBm, as people say it. */
export function signalWords(dbm: number | null): string {
  if (dbm === null) return "not known";
  return `${signalWord("rssi", dbm)} (${dbm} dBm)`;
}

function masked(report: ModemReport): ModemReport {
  const { answers } = report;
  const port = report.port.startsWith("imei:") ? maskNumber(report.port) : report.port;
  if (answers === null) return { ...report, port };
  const { imei, serviceCentre } = answers;
  return {
    ...report,
    port,
    answers: { ...answers, imei: imei && maskNumber(imei), serviceCentre: serviceCentre && maskNumber(serviceCentre) },
  };
}

function modemTitle({ port, path, usb }: ModemReport): string {
  const where = path === null || path === port ? port : `${port} (${path})`;
  return usb ? `${where}: ${usb.title}, USB ${usb.vendor}:${usb.product} interface ${usb.interface}` : where;
}

function rowsOf({ answers, profile, use, findings }: ExaminedModem): string[] {
  const rows: [string, string][] = answers === null ? [] : answerRows(answers, findings);
  if (profile !== null) {
    const { ring, sms, known } = profile.wakes;
    rows.push(["profile", `${profile.name}: ${profile.title}`]);
    rows.push([
      "wakes by",
      profile.name === "generic" ? "not known for this make" : `ring: ${ring}; SMS: ${sms} (${known})`,
    ]);
  }
  if (answers !== null && use?.holders.length === 0)
    rows.push(["also used by", use.hidden ? "nobody that we may see (root sees all)" : "nobody"]);
  return rows.map(([name, text]) => `  ${name.padEnd(13)} ${text}`);
}

function answerRows(answers: ModemAnswers, findings: readonly Finding[]): [string, string][] {
  const { manufacturer, model, revision, imei, registration, operator, signalDbm, serviceCentre } = answers;
  return [
    ["modem", [manufacturer, model].filter(Boolean).join(" ") || "does not say"],
    ["firmware", revision ?? "does not say"],
    ["IMEI", imei ?? "does not say"],
    ["SIM", findings.find(({ code }) => code.startsWith("sim-"))?.code.slice("sim-".length) ?? "ready"],
    ["registration", registration ?? "not known"],
    ["operator", operator ?? "none"],
    ["signal", signalWords(signalDbm)],
    ["SMS centre", serviceCentre ?? (serviceCentre === null ? "none" : "not known")],
    ["storage", storage(answers)],
    ["speed", `${answers.baudRate} baud`],
  ];
}

/** Each store once, though it may serve for reading, writing and receiving. */
function storage({ stores }: ModemAnswers): string {
  const texts = new Set(stores.map(({ store, used, total }) => `${store} ${used} of ${total}`));
  return [...texts].join(", ") || "not known";
}

const MARKS = { fault: "FAULT", warning: "WARNING", note: "note" } as const;

function findingText({ severity, text, advice, code }: Finding): string {
  return `  ${MARKS[severity]} ${text} [${code}]\n      -> ${advice}`;
}
