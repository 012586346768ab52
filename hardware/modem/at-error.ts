import { WorError } from "../../process/errors.js";

/**
 * The codes an AT command can fail with, all of them of WorError: `at-error`, `cme-<n>` and `cms-<n>` (the modem
 * refused), `no-carrier`, `busy`, `no-answer`, `no-dialtone` (of dialling), `at-timeout`, `at-queue-full`,
 * `at-answer` (not understood), `modem-hung`, `modem-closed`, `modem-restarted`.
 */
export function atError(code: string, what: string): WorError {
  return new WorError(code, what);
}

// TS 27.007 clause 9.2 and TS 27.005 clause 3.2.5, those somebody can do something about.
const MEANINGS: Readonly<Record<string, string>> = {
  "cme-10": "no SIM in the modem",
  "cme-11": "the SIM wants its PIN",
  "cme-12": "the SIM wants its PUK",
  "cme-13": "the SIM does not work",
  "cme-14": "the SIM is busy",
  "cme-30": "no network",
  "cms-304": "the modem refused the PDU",
  "cms-310": "no SIM in the modem",
  "cms-322": "the message store is full",
  "cms-331": "no network",
};

/** The error a final result line stands for, or undefined if it is OK. Texts and codes as H30 has them. */
export function errorOfFinal(final: string, command: string): WorError | undefined {
  if (final === "OK") return undefined;
  const code = codeOf(final);
  return atError(code, `${command} was answered "${final}"${MEANINGS[code] ? `: ${MEANINGS[code]}` : ""}`);
}

function codeOf(final: string): string {
  const numbered = /^\+?(CME|CMS) ERROR:\s*(\d+)$/.exec(final);
  if (numbered !== null) return `${numbered[1]?.toLowerCase()}-${Number(numbered[2])}`;
  return /^NO |^BUSY/.test(final) ? final.toLowerCase().replace(" ", "-") : "at-error";
}
