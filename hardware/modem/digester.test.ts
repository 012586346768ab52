import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Digester, type Piece } from "./digester.js";

const line = (text: string): Piece => ({ kind: "line", text });
const prompt: Piece = { kind: "prompt" };

interface Setting {
  sent?: string;
  prompt?: boolean;
}

function digest(chunks: readonly string[], { sent, prompt: wanted = false }: Setting = {}): Piece[] {
  const digester = new Digester();
  if (sent !== undefined) digester.expectEcho(sent);
  digester.expectPrompt(wanted);
  return chunks.flatMap((chunk) => [...digester.push(Buffer.from(chunk, "latin1"))]);
}

const TABLE: [string, string, Setting, Piece[]][] = [
  ["an information text and its result", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n", {}, [line("+CSQ: 20,99"), line("OK")]],
  ["H04 result and events in one read", "\r\nOK\r\n\r\n+CIEV: 7,1\r\n", {}, [line("OK"), line("+CIEV: 7,1")]],
  ["H14 prompt with a blank", "\r\n> ", { prompt: true }, [prompt]],
  ["H14 prompt without a blank", "\r\n>\r\nOK\r\n", { prompt: true }, [prompt, line("OK")]],
  ["H14 prompt behind an echo", "AT+CMGS=5\r\r\n> ", { prompt: true, sent: "AT+CMGS=5" }, [prompt]],
  ["H14 prompt behind an echo without its end", "AT+CMGS=5> ", { prompt: true, sent: "AT+CMGS=5" }, [prompt]],
  ["H12 a text that begins like a prompt", "\r\n> x\r\n", {}, [line("> x")]],
  ["H21 echo", "AT+CSQ\r\r\nOK\r\n", { sent: "AT+CSQ" }, [line("OK")]],
  ["H21 echo without its end", "AT+CSQ+CSQ: 1,2\r\n", { sent: "AT+CSQ" }, [line("+CSQ: 1,2")]],
  ["H22 late echo", "\r\nOK\r\nAT+CSQ\r", { sent: "AT+CSQ" }, [line("OK")]],
  ["H25 CR CR LF", "\r\r\nRING\r\r\n&C\r\r\n", {}, [line("RING"), line("&C")]],
  ["H26 LF only", "OK\nRING\n", {}, [line("OK"), line("RING")]],
  ["H26 CR only", "0\r2\r", {}, [line("0"), line("2")]],
  ["H33 noise", "\x00\xff\xfeRDY\r\n\xff\xffR\x00ING\r\n", {}, [line("RDY"), line("RING")]],
  ["H55 a line that never ends", `${"U".repeat(10_000)}\r\nOK\r\n`, {}, [line("OK")]],
  ["nothing at all", "\r\n\r\n\n\r", {}, []],
];

describe("digester", () => {
  test.each(TABLE)("%s", (_, bytes, setting, pieces) => {
    expect(digest([bytes], setting)).toEqual(pieces);
    expect(digest([...bytes], setting)).toEqual(pieces);
    for (let cut = 1; cut < Math.min(bytes.length, 200); cut += 1) {
      expect(digest([bytes.slice(0, cut), bytes.slice(cut)], setting)).toEqual(pieces);
    }
  });

  test("any bytes, cut anywhere, give the same, and never more than they are", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: fc.constantFrom(..."\r\n> AOK+,:\xff") }).map((text) => Buffer.from(text, "latin1")),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(200)), fc.boolean(), (all, cuts, wanted) => {
        const text = Buffer.from(all).toString("latin1");
        const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((one, other) => one - other), text.length];
        const chunks = at.slice(1).map((end, index) => text.slice(at[index], end));
        const whole = digest([text], { prompt: wanted, sent: "AOK" });
        expect(digest(chunks, { prompt: wanted, sent: "AOK" })).toEqual(whole);
        expect(whole.map((piece) => (piece.kind === "line" ? piece.text : ">")).join("").length).toBeLessThanOrEqual(
          text.length,
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
