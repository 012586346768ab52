import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Closable } from "../process/lifecycle.js";

/** A TCP relay on this machine that holds every byte back by the same time in each direction: a long way to the target. */
export class DelayedRelay implements Closable {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private targetPort = 0;

  constructor(private readonly delayMs: number) {
    this.server = createServer((near) => {
      const far = connect({ port: this.targetPort, host: "127.0.0.1", noDelay: true });
      // The handshake of TCP itself crosses the way once before anything can be sent.
      this.carry(near, far, 2 * this.delayMs);
      this.carry(far, near, 0);
    });
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Where connections go from now on. */
  leadTo(port: number): void {
    this.targetPort = port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** @param handshakeMs added to every chunk of the first flight, and kept: bytes never overtake each other. */
  private carry(from: Socket, to: Socket, handshakeMs: number): void {
    const openAt = performance.now() + handshakeMs;
    this.sockets.add(from);
    from.on("data", (chunk: Buffer) => {
      const leaveAt = Math.max(performance.now(), openAt) + this.delayMs;
      setTimeout(() => to.write(chunk), leaveAt - performance.now());
    });
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
