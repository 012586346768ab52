/** What a modem's bytes are made of. */
export type Piece = { kind: "line"; text: string } | { kind: "prompt" };

const LINE_LIMIT = 4 * 1024;
const CR = 0x0d;
const LF = 0x0a;
const PROMPT = 0x3e;
const SPACE = 0x20;
const ECHOES_REMEMBERED = 4;

/**
 * Cuts bytes into lines and prompts, the same however the bytes were cut (V.250 clause 5.7.1; hazards H14, H21 to H26,
 * H33, H55). CR or LF ends a line, empty lines are dropped; octets outside printable ASCII are noise; a line longer
 * than 4 kB is dropped whole; echoes of what was sent are dropped, however late.
 */
export class Digester {
  private line = "";
  private tooLong = false;
  private promptWanted = false;
  private blankToSkip = false;
  private sent: string[] = [];
  private keepsText = false;
  private afterReturn = false;
  private octets = 0;

  /** `text`, without its line end, was written to the modem: as a line of its own it is an echo. */
  expectEcho(text: string): void {
    this.sent = [text.trim(), ...this.sent].slice(0, ECHOES_REMEMBERED);
  }

  /** A ">" at the beginning of a line is a prompt only when one is due: it may also begin a text. */
  expectPrompt(wanted: boolean): void {
    this.promptWanted = wanted;
  }

  /** Inside a text everything counts: blanks, lines like an echo, and blank lines, which come as "". */
  keepText(wanted: boolean): void {
    this.keepsText = wanted;
  }

  /** How many octets of the last chunk have been taken. */
  get taken(): number {
    return this.octets;
  }

  /** One piece at a time, so that what is expected next may be changed between them. */
  *push(chunk: Uint8Array): Generator<Piece> {
    this.octets = 0;
    for (const octet of chunk) {
      this.octets += 1;
      const piece = this.take(octet);
      if (piece !== undefined) yield piece;
    }
  }

  private take(octet: number): Piece | undefined {
    if (octet === CR || octet === LF) return this.endLine(octet);
    this.afterReturn = false;
    if (octet < SPACE || octet > 0x7e) return undefined;
    // The blank of "> ".
    if (this.blankToSkip) {
      this.blankToSkip = false;
      if (octet === SPACE) return undefined;
    }
    if (octet === PROMPT && this.promptWanted && (this.line.trim() === "" || this.sent[0] === this.line)) {
      this.line = "";
      this.promptWanted = false;
      this.blankToSkip = true;
      return { kind: "prompt" };
    }
    if (this.line.length >= LINE_LIMIT) this.tooLong = true;
    else this.line += String.fromCharCode(octet);
    return undefined;
  }

  private endLine(octet: number): Piece | undefined {
    // CR, CR LF and CR CR LF are one line end.
    const same = this.line === "" && this.afterReturn;
    this.afterReturn = octet === CR;
    const blank = this.line === "" && !this.tooLong && !same && this.keepsText;
    if (blank) return { kind: "line", text: "" };
    const text = this.tooLong ? "" : this.keepsText ? this.line : this.withoutEcho(this.line.trim());
    this.line = "";
    this.tooLong = false;
    this.blankToSkip = false;
    return text === "" ? undefined : { kind: "line", text };
  }

  private withoutEcho(text: string): string {
    if (this.sent.includes(text)) return "";
    // An echo that lost its line end is glued to the answer.
    const [last] = this.sent;
    return last !== undefined && last.length > 2 && text.startsWith(last) ? text.slice(last.length) : text;
  }
}
