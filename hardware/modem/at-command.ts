import { fieldsOf } from "./fields.js";

/** A command as data; `T` is what its answer means. */
export interface AtCommand<T> {
  /** Without the carriage return. */
  text: string;
  /** Of the lines that answer it; null: none do, "": they have no prefix. */
  prefix: string | null;
  /** How many fields an answer has, where an unsolicited line with the same prefix has another number. */
  fields?: readonly number[];
  /** Tells answers from unsolicited lines where the number of fields does not. */
  isAnswer?(fields: readonly string[]): boolean;
  timeoutMs: number;
  /** Sent when the modem prompts; Ctrl-Z is added. */
  payload?: string;
  /** Each answer line is followed by a line with a PDU. */
  pduFollows?: true;
  /** Each answer line is followed by the lines of a text, blank ones too (text mode: H12, H13). */
  textFollows?: true;
  /** An OK without any answer is somebody else's (H53). */
  mustAnswer?: true;
  /** Some modems leave out the OK behind the answer (H27). */
  okMayBeMissing?: true;
  /** The answer may come after the OK (H28). */
  answerAfterOk?: true;
  /** CONNECT is its final result; what follows is data (H54). */
  connects?: true;
  /** NO CARRIER, BUSY and their like are its final results, not events (only D, A and O: H31). */
  dials?: true;
  /** Sent before the modem is known to be in ATV1: the digits of ATV0 are final results too. */
  numericFinals?: true;
  /** Does not keep the line when its deadline has passed: a late result does no harm. */
  repeatable?: true;
  /** Shown in logs and errors in place of a text with numbers in it. */
  shown?: string;
  /** From the answer lines, with PDU lines behind their headers. A throw is the error `at-answer`. */
  parse(lines: readonly string[]): T;
}

/** Whether `line` answers `command`, by its prefix. Some modems write one where the standard has none. */
export function isAnswerTo(command: AtCommand<unknown>, line: string): boolean {
  if (command.prefix === null) return false;
  if (command.prefix === "") return line.startsWith(`${command.text.replace(/^AT/, "")}:`);
  if (!line.startsWith(command.prefix) || !/^:|^$/.test(line.slice(command.prefix.length, command.prefix.length + 1)))
    return false;
  const fields = fieldsOf(line);
  return (command.fields?.includes(fields.length) ?? true) && (command.isAnswer?.(fields) ?? true);
}
