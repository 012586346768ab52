import { answerFindings } from "./answer-findings.js";
import type { Finding, Severity } from "./finding.js";
import type { DoctorReport, ModemReport } from "./modem-report.js";
import { portFindings, useFindings } from "./port-findings.js";

export function findingsOf({ modems, unasked }: DoctorReport): Finding[] {
  if (modems.length > 0) return [];
  const others = unasked.map(({ path }) => path).join(", ");
  return [
    {
      code: "no-modem",
      severity: "fault",
      text: `no USB modem of a known make is plugged in${others && `; serial ports that were not asked: ${others}`}`,
      advice: `${others ? "if a modem is on one of them, name it: `wor doctor modem --port PORT`; otherwise " : ""}check power and cable with \`dmesg | tail\`; a stick that shows up as a CD-ROM needs usb_modeswitch`,
    },
  ];
}

/** What is wrong with one modem, the worst first. */
export function modemFindings(report: ModemReport): Finding[] {
  const findings = [...portFindings(report), ...useFindings(report), ...answerFindings(report)];
  const order: Severity[] = ["fault", "warning", "note"];
  return order.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
