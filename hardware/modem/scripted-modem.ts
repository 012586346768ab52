import { once } from "node:events";
import { type Duplex, duplexPair } from "node:stream";

const ENDS = "\r\x1a\x1b";

/** For tests: the far end of a line, which says what it is told to and remembers what was written to it. */
export class ScriptedModem {
  readonly line: Duplex;
  written = "";
  private readonly far: Duplex;

  /** `answer` is given each written line (or text up to Ctrl-Z or ESC) and returns the bytes to say. */
  constructor(answer: (written: string) => string = () => "") {
    [this.line, this.far] = duplexPair();
    let text = "";
    this.far.on("data", (bytes: Buffer) => {
      for (const character of bytes.toString("latin1")) {
        this.written += character;
        text += character;
        if (!ENDS.includes(character)) continue;
        this.say(answer(text));
        text = "";
      }
    });
  }

  say(bytes: string): void {
    if (bytes !== "") this.far.write(bytes, "latin1");
  }

  /** Each piece in a read of its own. */
  async sayInPieces(pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      if (piece === "") continue;
      const heard = once(this.line, "data");
      this.say(piece);
      await heard;
    }
  }

  hangUp(): void {
    this.far.destroy();
    this.line.destroy();
  }
}
