import { once } from "node:events";
import { duplexPair } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { guardPacketSize, PacketSizes } from "./packet-guard.js";

const MAX = 64 * 1_024;

/** MQTT 3.1.1 clause 2.2.3, table 2.4. */
function remainingLength(bytes: number): number[] {
  const rest = bytes >> 7;
  return rest === 0 ? [bytes] : [(bytes & 0x7f) | 0x80, ...remainingLength(rest)];
}
const header = (bytes: number) => Buffer.from([0x30, ...remainingLength(bytes)]);
const packet = (bytes: number) => Buffer.concat([header(bytes), Buffer.alloc(bytes, 0xff)]);

function cutAt(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

const sizes = fc.array(fc.oneof(fc.nat(300), fc.constantFrom(0, 1, 127, 128, 16_383, 16_384, MAX)), { maxLength: 8 });
const cuts = fc.array(fc.nat(), { maxLength: 30 });

describe("packet sizes", () => {
  test("packets up to the limit are accepted at any cut", () => {
    fc.assert(
      fc.property(sizes, cuts, (lengths, places) => {
        const guard = new PacketSizes(MAX);
        const stream = Buffer.concat(lengths.map(packet));
        expect(cutAt(stream, places).every((chunk) => guard.accept(chunk))).toBe(true);
      }),
    );
  });

  test("one that is too large is refused at any cut, by its header alone", () => {
    fc.assert(
      fc.property(sizes, cuts, fc.integer({ min: MAX + 1, max: 268_435_455 }), (lengths, places, tooLarge) => {
        const guard = new PacketSizes(MAX);
        const stream = Buffer.concat([...lengths.map(packet), header(tooLarge)]);
        expect(cutAt(stream, places).every((chunk) => guard.accept(chunk))).toBe(false);
      }),
    );
  });

  test.each([
    ["five octets", [0x30, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ["no end", [0x30, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["zeroes and no end", [0x30, 0x80, 0x80, 0x80, 0x80, 0x80]],
  ])("a length of %s is refused", (_, octets) => {
    expect(new PacketSizes(MAX).accept(Buffer.from(octets))).toBe(false);
  });
});

describe("a guarded stream", () => {
  function guarded() {
    const [client, server] = duplexPair();
    let refusals = 0;
    const inside = guardPacketSize(server, MAX, () => {
      refusals += 1;
    });
    inside.on("error", () => {});
    return { client, server, inside, refusals: () => refusals };
  }

  test("carries both ways", async () => {
    const { client, inside } = guarded();
    client.write(packet(3));
    expect((await once(inside, "data"))[0]).toEqual(packet(3));
    inside.write("answer");
    expect(String((await once(client, "data"))[0])).toBe("answer");
    client.destroy();
  });

  test("is destroyed before the body of a too large packet comes through", async () => {
    const { client, server, inside, refusals } = guarded();
    let through = 0;
    inside.on("data", (chunk: Buffer) => {
      through += chunk.length;
    });
    const closed = once(server, "close");
    client.on("error", () => {});
    client.write(packet(10));
    client.write(Buffer.concat([header(10_000_000), Buffer.alloc(30_000)]));
    await closed;
    expect(refusals()).toBe(1);
    expect(through).toBeLessThanOrEqual(12);
    client.destroy();
  });

  test("ends when the socket ends", async () => {
    const { client, inside } = guarded();
    const ended = once(inside, "end");
    inside.resume();
    client.end();
    await ended;
    client.destroy();
  });
});
