import { EventEmitter } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Closable } from "../process/lifecycle.js";

/** A TCP relay on this machine whose connections can be cut, or go silent without a word. */
export class BreakableRelay extends EventEmitter<{ accepted: []; left: [] }> implements Closable {
  private readonly near = new Set<Socket>();
  private readonly server: Server;
  private silent = false;

  constructor(private targetPort = 0) {
    super();
    this.server = createServer((near) => {
      const far = connect({ port: this.targetPort, host: "127.0.0.1" });
      this.near.add(near);
      if (this.silent) near.resume();
      else near.pipe(far).pipe(near);
      near.on("error", () => far.destroy()).on("close", () => far.destroy());
      far.on("error", () => near.destroy()).on("close", () => near.destroy());
      near.once("close", () => {
        this.near.delete(near);
        this.emit("left");
      });
      this.emit("accepted");
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

  get connections(): number {
    return this.near.size;
  }

  cut(): void {
    for (const socket of this.near) socket.destroy();
  }

  /** Nothing comes through any more, and nobody is told. */
  goSilent(): void {
    this.silent = true;
    for (const socket of this.near) socket.unpipe().resume();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
