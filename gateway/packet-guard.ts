import { Duplex, Transform, type TransformCallback } from "node:stream";

/** Follows MQTT's fixed headers (MQTT 3.1.1 clause 2.2) through a byte stream, however it is cut. Pure. */
export class PacketSizes {
  private left = 0;
  private length = 0;
  private shift = 0;
  private at: "type" | "length" | "body" = "type";

  constructor(private readonly maxBytes: number) {}

  /** @returns false as soon as a packet announces more than the allowed bytes, or a malformed length. */
  accept(chunk: Buffer): boolean {
    let i = 0;
    while (i < chunk.length) {
      if (this.at === "body") {
        const step = Math.min(this.left, chunk.length - i);
        this.left -= step;
        i += step;
        if (this.left === 0) this.at = "type";
      } else if (this.at === "type") {
        this.at = "length";
        this.length = 0;
        this.shift = 0;
        i += 1;
      } else {
        const octet = chunk.readUInt8(i);
        i += 1;
        this.length += (octet & 0x7f) << this.shift;
        this.shift += 7;
        if (this.length > this.maxBytes || this.shift > 28) return false;
        if ((octet & 0x80) === 0) {
          this.left = this.length;
          this.at = this.left === 0 ? "type" : "body";
        }
      }
    }
    return true;
  }
}

/** `socket` as a stream that is destroyed before a too large packet is buffered: aedes itself knows no limit. */
export function guardPacketSize(socket: Duplex, maxBytes: number, refused: () => void): Duplex {
  const sizes = new PacketSizes(maxBytes);
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      if (sizes.accept(chunk)) return done(null, chunk);
      refused();
      socket.destroy();
      done();
    },
  });
  socket.on("error", () => guard.destroy());
  socket.on("close", () => guard.destroy());
  return Duplex.from({ readable: socket.pipe(guard), writable: socket });
}
