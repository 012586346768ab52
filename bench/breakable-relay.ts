import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Closable } from "../process/lifecycle.js";

/** A TCP relay on this machine whose connections can be cut, or go silent without a word. */
export class BreakableRelay implements Closable {
  private readonly near = new Set<Socket>();
  private readonly server: Server;

  constructor(private readonly targetPort: number) {
    this.server = createServer((near) => {
      const far = connect({ port: this.targetPort, host: "127.0.0.1" });
      this.near.add(near);
      near.pipe(far).pipe(near);
      near.on("error", () => far.destroy()).on("close", () => far.destroy());
      far.on("error", () => near.destroy()).on("close", () => near.destroy());
      near.once("close", () => this.near.delete(near));
    });
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return (this.server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.near.size;
  }

  cut(): void {
    for (const socket of this.near) socket.destroy();
  }

  /** Nothing comes through any more, and nobody is told. @returns when the near end has given up. */
  goSilent(): Promise<unknown> {
    return Promise.all(
      [...this.near].map((socket) => {
        socket.unpipe();
        socket.resume();
        return new Promise((resolve) => socket.once("close", resolve));
      }),
    );
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
