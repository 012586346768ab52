import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { addressOf } from "./pdu/address.js";
import { type Part, partOf, split } from "./pdu/concatenation.js";
import type { Deliver } from "./pdu/deliver.js";
import { textOfUserData, userDataOf } from "./pdu/user-data.js";
import { SmsJoiner } from "./sms-joiner.js";

const TEXT = `${"a".repeat(153)}${"b".repeat(153)}c`;
const WAIT_MS = 1_000;

function room({ most = 4 } = {}) {
  let time = 0;
  const joiner = new SmsJoiner({ waitMs: WAIT_MS, most, now: () => time });
  return { joiner, pass: (ms: number) => (time += ms) };
}

/** The parts of TEXT as they come. */
function parts({ from = "+1555", reference = 7, bits = 8 as 8 | 16, sentAt = 0, text = TEXT } = {}): [Deliver, Part][] {
  return split(userDataOf(text), { reference, bits }).map((userData) => [
    { from: addressOf(from), userData, sentAt: new Date(sentAt) },
    partOf(userData) as Part,
  ]);
}

const textOf = (joined: (Deliver | undefined)[]) => joined.map((part) => part && textOfUserData(part.userData).at(-1));
const at = (index: number) => ({ store: "SM", index });

describe("H42 long messages", () => {
  test("in any order, with any repetitions: one message, its parts in order, and nothing left", () => {
    const orders = fc.array(fc.nat(2), { maxLength: 12 }).filter((order) => new Set(order).size === 3);
    fc.assert(
      fc.property(orders, fc.constantFrom(8 as const, 16 as const), (order, bits) => {
        const { joiner } = room();
        const sent = parts({ bits });
        const done = order.flatMap((index, nth) => joiner.add(...(sent[index] ?? fail()), at(nth)).done);
        expect(done.map((joined) => textOf(joined.parts))).toEqual([["a", "b", "c"]]);
        expect(joiner.stored).toBe(0);
      }),
    );
  });

  test("a repetition in another place need not be kept, the same place read again is none", () => {
    const { joiner } = room();
    const [first, second, third] = parts() as [[Deliver, Part], [Deliver, Part], [Deliver, Part]];
    expect(joiner.add(...first, at(1))).toEqual({ done: [], repeated: false });
    expect(joiner.add(...first, at(1))).toEqual({ done: [], repeated: false });
    expect(joiner.add(...first, at(2))).toEqual({ done: [], repeated: true });
    joiner.add(...second, at(3));
    expect(joiner.add(...third, at(4)).done).toMatchObject([{ places: [at(1), at(3), at(4)] }]);
    expect(joiner.add(...second, at(5))).toEqual({ done: [], repeated: true });
  });

  test("the same text once more, with a time stamp of its own, is another message", () => {
    const { joiner } = room();
    const texts = [0, 5_000].flatMap((sentAt) => parts({ sentAt }).flatMap((part) => joiner.add(...part).done));
    expect(texts).toHaveLength(2);
  });

  test("two senders, two references, two widths of a reference", () => {
    const { joiner } = room();
    const messages = [parts(), parts({ from: "+1556" }), parts({ reference: 8 }), parts({ bits: 16 })];
    const done = [0, 1, 2].flatMap((index) => messages.flatMap((sent) => joiner.add(...(sent[index] ?? fail())).done));
    expect(done.map((joined) => joined.parts.length)).toEqual([3, 3, 3, 3]);
  });

  test("a missing part: what came is given up after the wait, counted from the last part", () => {
    const { joiner, pass } = room();
    const [first, , third] = parts() as [[Deliver, Part], unknown, [Deliver, Part]];
    joiner.add(...third, at(1));
    pass(WAIT_MS - 1);
    joiner.add(...first, at(2));
    pass(WAIT_MS - 1);
    expect(joiner.expired()).toEqual([]);
    pass(1);
    expect(joiner.expired().map(({ parts, places }) => [textOf(parts), places])).toEqual([
      [
        ["a", undefined, "c"],
        [at(2), at(1)],
      ],
    ]);
    expect(joiner.expired()).toEqual([]);
  });

  test("a reference that came round begins anew", () => {
    const { joiner } = room();
    const [first] = parts() as [[Deliver, Part]];
    joiner.add(...first);
    const texts = parts({ text: TEXT.toUpperCase() }).flatMap((part) => joiner.add(...part).done);
    expect(texts.map((joined) => textOf(joined.parts))).toEqual([
      ["a", undefined, undefined],
      ["A", "B", "C"],
    ]);
  });

  test("no more than the room holds: the one that waits longest goes", () => {
    const { joiner, pass } = room({ most: 2 });
    const done = [1, 2, 3].flatMap((reference) => {
      pass(1);
      return joiner.add(...(parts({ reference })[0] ?? fail()), at(reference)).done;
    });
    expect(done).toMatchObject([{ places: [at(1)] }]);
    expect(joiner.stored).toBe(2);
    expect(joiner.giveUpStored()).toHaveLength(2);
  });

  test("places are forgotten and learnt again", () => {
    const { joiner } = room();
    const [first, second, third] = parts() as [[Deliver, Part], [Deliver, Part], [Deliver, Part]];
    joiner.add(...first, at(1));
    joiner.add(...second, at(2));
    joiner.forgetPlaces();
    expect(joiner.stored).toBe(0);
    expect(joiner.add(...second, at(9)).repeated).toBe(false);
    expect(joiner.add(...third, at(3)).done).toMatchObject([{ places: [at(9), at(3)] }]);
  });
});

function fail(): never {
  throw new Error("no such part");
}
