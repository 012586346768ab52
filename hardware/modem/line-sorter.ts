import { type AtCommand, isAnswerTo } from "./at-command.js";
import { fieldsOf } from "./fields.js";
import { type Urc, type UrcRow, urcRowOf } from "./urcs.js";

export type Sorted = { kind: "final" | "answer"; text: string };

// V.250 clause 5.7.1, TS 27.007 clause 9.2, TS 27.005 clause 3.2.5, and the odd ones of H30.
const FINAL =
  /^(OK|ERROR|\+CME ERROR:.*|\+CMS ERROR:.*|COMMAND NOT SUPPORT|MODEM ERROR:.*|TOO MANY PARAMETERS|ABORTED)$/;
const CONNECT = /^CONNECT( .*)?$/;
const DIAL_FINAL = /^(NO CARRIER|BUSY|NO ANSWER|NO DIALTONE|NO DIAL TONE)$/;
const NUMERIC_FINALS: Readonly<Record<string, string>> = { "0": "OK", "4": "ERROR" };
/** A final result with the next line glued to it (H29). */
const GLUED = /^(ERROR|OK)(?=[+^])/;
/** Headers without their PDU that are remembered; a modem that never sends them is not believed for long. */
const HEADERS_LIMIT = 16;
/** The quoted text of a +CUSD may have line ends in it (TS 27.007 clause 7.15). */
const UNCLOSED = /^\+CUSD:[^"]*"[^"]*$/;
const TEXT_LIMIT = 1_024;
const PDU = /^([0-9A-Fa-f]{2})+$/;

/** A line whose PDU has not come yet. */
interface Header {
  /** Octets of the TPDU as announced, NaN if not. */
  length: number;
  /** Undefined if it belongs to the command in flight. */
  event: ((pdu: string) => Urc) | undefined;
}

/**
 * Says of each line whether it belongs to the command in flight, ends it, or is an event. PDU lines go to the header
 * that announced their length, so that lists stay aligned whatever comes between (H09 to H11).
 */
export class LineSorter {
  private command: AtCommand<unknown> | undefined;
  private headers: Header[] = [];
  private vendorRows: readonly UrcRow[] = [];
  /** Blank lines since the last line of a text; undefined: no text is due. */
  private blanks: number | undefined;
  private unclosed = "";

  constructor(private readonly onUrc: (urc: Urc) => void) {}

  /** Lines that only this make sends; they go before the common ones. */
  know(rows: readonly UrcRow[]): void {
    this.vendorRows = rows;
  }

  /** The lines of a text come now. */
  get inText(): boolean {
    return this.blanks !== undefined;
  }

  begin(command: AtCommand<unknown>): void {
    this.command = command;
  }

  end(): void {
    this.command = undefined;
    this.blanks = undefined;
    this.headers = this.headers.filter(({ event }) => event !== undefined);
  }

  /** A blank line is "": it counts only inside a text. */
  sort(line: string): Sorted[] {
    if (this.blanks !== undefined) return this.text(line, this.blanks);
    if (line === "") return [];
    if (this.unclosed !== "" || UNCLOSED.test(line)) return this.close(line);
    const glued = this.command && GLUED.exec(line)?.[0];
    if (glued)
      return [{ kind: "final", text: glued }, ...this.withoutCommand(() => this.sort(line.slice(glued.length)))];
    if (PDU.test(line) && this.headers.length > 0) return this.pdu(line, this.headerOf(line));
    const { command } = this;
    const final = command && finalOf(line, command);
    if (final !== undefined) return [{ kind: "final", text: final }];
    if (command !== undefined && isAnswerTo(command, line)) {
      if (command.pduFollows) this.expectPdu({ length: announcedLength(line), event: undefined });
      if (command.textFollows) this.blanks = 0;
      return [{ kind: "answer", text: line }];
    }
    const row = urcRowOf(line, this.vendorRows);
    if (row !== undefined) this.event(line, row);
    else if (this.headers.length > 0) return this.pdu(line, this.headers.length - 1);
    else if (command?.prefix === "") return [{ kind: "answer", text: line }];
    return [];
  }

  private event(line: string, row: UrcRow): void {
    const fields = fieldsOf(line);
    if (row.pduFollows) this.expectPdu({ length: announcedLength(line), event: (pdu) => row.urc(fields, pdu) });
    else this.onUrc(row.urc(fields, ""));
  }

  private expectPdu(header: Header): void {
    this.headers = [...this.headers, header].slice(-HEADERS_LIMIT);
  }

  /** In a text everything is text, except what a blank line sets apart (V.250 clause 5.7.1) and the next header. */
  private text(line: string, blanks: number): Sorted[] {
    this.blanks = line === "" ? blanks + 1 : 0;
    if (line === "") return [];
    const { command } = this;
    const next = command !== undefined && isAnswerTo(command, line);
    if (next || (blanks > 0 && (FINAL.test(line) || urcRowOf(line, this.vendorRows) !== undefined))) {
      this.blanks = undefined;
      const sorted = this.sort(line.trim());
      // After an event the text may go on.
      if (sorted.length === 0) this.blanks = 0;
      return sorted;
    }
    return [...Array<string>(blanks).fill(""), line].map((text) => ({ kind: "answer", text }));
  }

  /** Gathers the lines of a quoted text until its end, or until what cannot be part of it: the end was lost. */
  private close(line: string): Sorted[] {
    if (this.unclosed !== "" && this.isKnown(line)) {
      const cut = `${this.unclosed}"`;
      this.unclosed = "";
      return [...this.sort(cut), ...this.sort(line)];
    }
    const text = this.unclosed === "" ? line : `${this.unclosed}\n${line}`;
    const closed = !/^[^"]*"[^"]*$/.test(text);
    this.unclosed = closed || text.length > TEXT_LIMIT ? "" : text;
    const row = closed ? urcRowOf(text, this.vendorRows) : undefined;
    if (row !== undefined) this.event(text, row);
    return [];
  }

  private isKnown(line: string): boolean {
    const { command } = this;
    if (command !== undefined && (finalOf(line, command) !== undefined || isAnswerTo(command, line))) return true;
    return urcRowOf(line, this.vendorRows) !== undefined;
  }

  private pdu(line: string, at: number): Sorted[] {
    const [header] = this.headers.splice(at, 1);
    if (header?.event === undefined) return [{ kind: "answer", text: line }];
    this.onUrc(header.event(line));
    return [];
  }

  /** The header that announced just this length; else the last one. */
  private headerOf(pdu: string): number {
    const length = pdu.length / 2 - 1 - Number.parseInt(pdu.slice(0, 2), 16);
    const exact = this.headers.findIndex((header) => header.length === length);
    return exact >= 0 ? exact : this.headers.length - 1;
  }

  /** What is glued to a final result comes after it. */
  private withoutCommand<T>(run: () => T): T {
    const { command } = this;
    this.command = undefined;
    try {
      return run();
    } finally {
      this.command = command;
    }
  }
}

function finalOf(line: string, command: AtCommand<unknown>): string | undefined {
  if (FINAL.test(line) || (command.dials && DIAL_FINAL.test(line))) return line;
  if (command.connects && (CONNECT.test(line) || DIAL_FINAL.test(line))) return line;
  return command.numericFinals ? NUMERIC_FINALS[line] : undefined;
}

/** <length> is the last field of +CMT, +CMGR, +CMGL and +CDS in PDU mode (TS 27.005 clause 3.4.1 and 3.4.2). */
function announcedLength(line: string): number {
  return Number(fieldsOf(line).at(-1));
}
