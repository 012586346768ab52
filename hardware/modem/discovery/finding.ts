/** `fault`: it cannot work; `warning`: it may fail; `note`: worth knowing, nothing is wrong. */
export type Severity = "fault" | "warning" | "note";

export interface Finding {
  code: string;
  severity: Severity;
  /** What was seen. */
  text: string;
  /** What to do about it. */
  advice: string;
}

export const fault = (code: string, text: string, advice: string): Finding => ({
  code,
  severity: "fault",
  text,
  advice,
});
export const warning = (code: string, text: string, advice: string): Finding => ({
  code,
  severity: "warning",
  text,
  advice,
});
export const note = (code: string, text: string, advice: string): Finding => ({ code, severity: "note", text, advice });
