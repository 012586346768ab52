const MAX_LENGTH = 1_024;
const TOKENS = [
  "\r",
  "\n",
  "\r\n",
  "\x1a",
  "\x1b",
  "\0",
  "\xff",
  '"',
  ",",
  "?",
  "=",
  ";",
  "> ",
  "+",
  "AT",
  "OK",
  "0",
  "F",
  "99999999999",
];

/** Inputs as Latin-1: random octets, and pieces of the corpus with changes. */
export class InputMaker {
  constructor(
    private readonly corpus: readonly string[],
    private readonly random: () => number,
  ) {}

  make(): string {
    if (this.below(10) === 0) return this.noise(this.below(200));
    let text = this.pick(this.corpus);
    for (let change = this.below(5); change > 0; change -= 1) text = this.changed(text).slice(0, MAX_LENGTH);
    return text;
  }

  private changed(text: string): string {
    const at = this.below(text.length + 1);
    const to = at + this.below(text.length - at + 1);
    switch (this.below(8)) {
      case 0:
        return text.slice(0, at) + this.noise(1) + text.slice(at + 1);
      case 1:
        return text.slice(0, at) + text.slice(to);
      case 2:
        return text.slice(0, at) + this.pick(TOKENS) + text.slice(at);
      case 3:
        return text.slice(0, to) + text.slice(at);
      case 4:
        return text.slice(0, at);
      case 5:
        return text.slice(0, at) + this.pick(this.corpus).slice(at);
      case 6:
        return text.slice(0, at) + "0123456789ABCDEF".charAt(this.below(16)) + text.slice(at + 1);
      default:
        return text + this.pick(this.corpus);
    }
  }

  private noise(length: number): string {
    return Array.from({ length }, () => String.fromCharCode(this.below(256))).join("");
  }

  private pick(list: readonly string[]): string {
    return list[this.below(list.length)] ?? "";
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}
