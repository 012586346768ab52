import type { StoreUse } from "../commands/sms.js";
import { type Finding, fault, note, warning } from "./finding.js";
import type { ModemAnswers, ModemReport } from "./modem-report.js";

const WEAK_DBM = -95;
const NEARLY_FULL = 0.8;
type Row = Omit<Finding, "code" | "severity">;

/** Of what the modem said. */
export function answerFindings({ answers, profile }: ModemReport): Finding[] {
  if (answers === null) return [];
  const sim = simFinding(answers);
  const withSim = sim === null ? [...networkFindings(answers), ...smsFindings(answers)] : [sim];
  return [...withSim, ...profileFindings(profile)];
}

const SIMS: readonly { match: RegExp; finding: (pinRetries: number | null) => Row & { code: string } }[] = [
  {
    match: /^(SIM PIN|cme-11)$/,
    finding: (pinRetries) => ({
      code: "sim-locked",
      text: `the SIM wants its PIN${pinRetries === null ? "" : `; ${pinRetries} tries are left`}`,
      advice:
        'set the PIN in the configuration, or switch it off once: wor modem at \'AT+CLCK="SC",0,"<PIN>"\' after AT+CPIN="<PIN>"',
    }),
  },
  {
    match: /PUK|cme-12|cme-18/,
    finding: () => ({
      code: "sim-blocked",
      text: "the SIM wants its PUK: a wrong PIN was given three times",
      advice: 'in a telephone, or AT+CPIN="<PUK>","<new PIN>"; ten wrong PUKs destroy the SIM',
    }),
  },
  {
    match: /^(NOT INSERTED|cme-10|at-error)$/,
    finding: () => ({
      code: "sim-missing",
      text: "no SIM",
      advice: "push it in until it stays, contacts towards the modem; some modems must be restarted then",
    }),
  },
  {
    match: /^cme-14$/,
    finding: () => ({ code: "sim-busy", text: "the SIM is busy", advice: "ask again in some seconds" }),
  },
];

function simFinding({ sim, pinRetries }: ModemAnswers): Finding | null {
  if (sim === "READY") return null;
  const row = SIMS.find(({ match }) => match.test(sim))?.finding(pinRetries) ?? {
    code: "sim-unusable",
    text: `the SIM is not ready: ${sim}`,
    advice: "try the SIM in a telephone",
  };
  return { severity: "fault", ...row };
}

function networkFindings({ registration, functionality, signalDbm }: ModemAnswers): Finding[] {
  const findings: Finding[] = [];
  if (functionality !== null && functionality !== 1)
    findings.push(fault("radio-off", `the radio is off (+CFUN: ${functionality})`, "wor modem at AT+CFUN=1"));
  else if (registration === "denied")
    findings.push(
      fault(
        "registration-denied",
        "the network refuses this SIM",
        "ask its operator: contract, prepaid credit, roaming, IMEI barred",
      ),
    );
  else if (registration === "searching" || registration === "off")
    findings.push(
      fault(
        "no-network",
        "not registered: it finds no network",
        "connect the antenna, try another place; check that its bands and technologies are still on the air here",
      ),
    );
  else if (registration === "unknown" || registration === null)
    findings.push(
      warning(
        "registration-unknown",
        "it does not say whether it is registered",
        "wor modem at AT+CREG? and AT+CEREG?",
      ),
    );
  else if (registration === "roaming")
    findings.push(note("roaming", "it is roaming", "rings and messages may cost more, and wake later"));
  if (signalDbm !== null && signalDbm < WEAK_DBM)
    findings.push(
      warning(
        "weak-signal",
        `the signal is weak (${signalDbm} dBm)`,
        "a better place or an outside antenna: weak modems miss rings and empty batteries",
      ),
    );
  return findings;
}

function smsFindings({ serviceCentre, stores }: ModemAnswers): Finding[] {
  const findings: Finding[] = [];
  if (serviceCentre === null)
    findings.push(
      warning(
        "no-sms-centre",
        "no SMS centre is set: nothing can be sent",
        "ask the operator for its number, then wor modem at 'AT+CSCA=\"+...\"'",
      ),
    );
  const receiving = stores[2] ?? stores[0];
  if (receiving !== undefined) findings.push(...storeFindings(receiving));
  return findings;
}

function storeFindings({ store, used, total }: StoreUse): Finding[] {
  const text = `the message store ${store} is ${used >= total ? "full" : "nearly full"} (${used} of ${total})`;
  const advice =
    "wor modem sms list, then wor modem sms delete INDEX; the terminal empties it whenever it opens the modem";
  if (!(total > 0)) return [];
  if (used >= total) return [fault("store-full", `${text}: no message comes in, and no wake by SMS`, advice)];
  return used / total >= NEARLY_FULL ? [warning("store-nearly-full", text, advice)] : [];
}

function profileFindings(profile: ModemReport["profile"]): Finding[] {
  if (profile === null) return [];
  const { name, wakes, title } = profile;
  if (name === "generic")
    return [
      note(
        "no-profile",
        "no profile knows this make; it is treated by the standards alone",
        "try it: wor modem monitor, then call it and send it an SMS; docs/modems.md says how to add a profile",
      ),
    ];
  const findings: Finding[] = [];
  if (wakes.ring === "no") findings.push(warning("ring-impossible", `${title} gets no calls`, "wake it by SMS"));
  if (wakes.ring === "needs VoLTE")
    findings.push(
      note(
        "ring-needs-volte",
        "on LTE it rings only with VoLTE",
        "try it: wor modem monitor, and call it; if nothing rings, wake it by SMS",
      ),
    );
  if (wakes.sms === "no") findings.push(warning("sms-impossible", `${title} gets no SMS`, "wake it by ring"));
  return findings;
}
