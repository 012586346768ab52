import { EventEmitter, once } from "node:events";
import { closeSync, constants, openSync, readdirSync, readSync, writeSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { openPty } from "./pty.js";

describe("pty", () => {
  test("raw both ways, survives its client, leaves no descriptor", async () => {
    const events = new EventEmitter();
    (await openPty(() => {})).close(); // koffi is loaded now
    const before = readdirSync("/proc/self/fd").length;
    const pty = await openPty((bytes) => events.emit("bytes", bytes.toString("latin1")));
    for (let client = 0; client < 2; client += 1) {
      const fd = openSync(pty.slavePath, constants.O_RDWR | constants.O_NOCTTY);
      const heard = once(events, "bytes");
      writeSync(fd, "AT\r\x1b\x1a");
      expect(await heard).toEqual(["AT\r\x1b\x1a"]);
      pty.write(Buffer.from("\r\nOK\r\n\xff", "latin1"));
      const buffer = Buffer.alloc(64);
      expect(buffer.toString("latin1", 0, readSync(fd, buffer))).toBe("\r\nOK\r\n\xff");
      closeSync(fd);
    }
    pty.close();
    pty.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });

  test("a slow client gets everything in order", async () => {
    const pty = await openPty(() => {});
    const fd = openSync(pty.slavePath, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    const sent = Buffer.from(Array.from({ length: 60_000 }, (_, index) => 32 + ((index * 7) % 90)));
    for (let at = 0; at < sent.length; at += 1_000) pty.write(sent.subarray(at, at + 1_000));
    const chunks: Buffer[] = [];
    const buffer = Buffer.alloc(700);
    for (let got = 0; got < sent.length; ) {
      try {
        const count = readSync(fd, buffer);
        chunks.push(Buffer.from(buffer.subarray(0, count)));
        got += count;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
    closeSync(fd);
    pty.close();
  });
});
