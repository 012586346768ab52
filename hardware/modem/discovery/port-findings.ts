import { type Finding, fault, note, warning } from "./finding.js";
import type { ModemAnswers, ModemReport } from "./modem-report.js";
import type { PortUse } from "./port-holders.js";

const UDEV_ADVICE =
  "copy hardware/board/udev/70-wor-modem.rules to /etc/udev/rules.d, run `sudo udevadm control --reload && sudo udevadm trigger`, and plug the modem in again; or `sudo systemctl disable --now ModemManager`";

/** Of the port itself: its name, its interface, whether it could be opened, whether it spoke. */
export function portFindings({ port, path, byId, usb, failure, answers }: ModemReport): Finding[] {
  const findings: Finding[] = [];
  if (failure !== null && failure.code !== "port-held") findings.push(failureFinding(failure));
  if (answers !== null && answers.baudRate !== 115_200)
    findings.push(
      note(
        "baud-rate",
        `it speaks ${answers.baudRate} baud`,
        `set baudRate = ${answers.baudRate} in the configuration`,
      ),
    );
  const modem = usb?.modem;
  if (usb && modem && modem.at.length > 0 && !modem.at.includes(usb.interface))
    findings.push(
      fault(
        "wrong-interface",
        `interface ${usb.interface} of ${modem.title} is not for AT`,
        `use interface ${modem.at[0]}: port = "usb:${usb.vendor}:${usb.product}:${modem.at[0]}"`,
      ),
    );
  else if (usb && modem && modem.urcs !== null && modem.urcs !== usb.interface)
    findings.push(
      fault(
        "no-events-here",
        `${modem.title} tells of rings and messages on interface ${modem.urcs}, this is ${usb.interface}`,
        `use it: port = "usb:${usb.vendor}:${usb.product}:${modem.urcs}"`,
      ),
    );
  if (path !== null && port === path && usb && !path.includes("/by-id/"))
    findings.push(
      note(
        "name-may-change",
        `${path} may have another number after the next plugging`,
        `in the configuration say port = "${stableName(usb, answers, byId)}"`,
      ),
    );
  return findings;
}

function stableName(usb: NonNullable<ModemReport["usb"]>, answers: ModemAnswers | null, [link]: string[]): string {
  if (usb.modem) return `usb:${usb.vendor}:${usb.product}:${usb.interface}`;
  return link ?? (answers?.imei ? "imei:<its 15 digits>" : `usb:${usb.vendor}:${usb.product}:${usb.interface}`);
}

const FAILURES: Readonly<Record<string, (reason: string) => Finding>> = {
  "modem-silent": (reason) =>
    fault(
      "modem-silent",
      reason,
      "check its power (a modem needs up to 2 A), that TX and RX are crossed, that this is its AT port, and its speed (--baud)",
    ),
  "port-name": (reason) => fault("port-name", reason, "correct the name"),
  "port-ambiguous": (reason) => fault("port-ambiguous", reason, "name the modem by its IMEI: it stands on its label"),
  "at-timeout": (reason) =>
    fault("modem-hung", reason, "switch its power off and on; if it happens again, give it a better power supply"),
};

function failureFinding({ code, reason }: { code: string; reason: string }): Finding {
  const known = FAILURES[code === "modem-hung" ? "at-timeout" : code];
  if (known !== undefined) return known(reason);
  if (/permission denied|EACCES/i.test(reason))
    return fault(
      "port-forbidden",
      reason,
      "add the user to the group of serial ports: `sudo adduser $USER dialout`, then log in again",
    );
  if (/lock|busy/i.test(reason))
    return fault("port-held", reason, "stop the program that has it open; as root this command names it");
  return fault("port-unavailable", reason, "check that the modem is plugged in and powered: `dmesg | tail`");
}

/** Of who else has it. */
export function useFindings({ use }: ModemReport): Finding[] {
  if (use === null) return [];
  return [...holderFindings(use), ...lockFindings(use), ...managerFindings(use)];
}

function holderFindings({ holders, modemManager }: PortUse): Finding[] {
  return holders.map(({ pid, program }) =>
    fault(
      "port-held",
      `process ${pid} (${program}) has the port open`,
      pid === modemManager?.pid ? UDEV_ADVICE : "stop it, or give the two programs a port each",
    ),
  );
}

function lockFindings({ lockFile }: PortUse): Finding[] {
  if (lockFile === null) return [];
  if (lockFile.alive)
    return [
      warning(
        "lock-file",
        `${lockFile.path}: process ${lockFile.pid} claims the port`,
        "stop that process if it is not wor",
      ),
    ];
  return [
    note(
      "stale-lock-file",
      `${lockFile.path} was left by a process that is gone`,
      `remove it: sudo rm ${lockFile.path}`,
    ),
  ];
}

function managerFindings({ modemManager, holders }: PortUse): Finding[] {
  if (modemManager === null || modemManager.ignoresPort) return [];
  if (holders.some(({ pid }) => pid === modemManager.pid)) return [];
  return [warning("modem-manager", "ModemManager is running and may take the port at any plugging", UDEV_ADVICE)];
}
