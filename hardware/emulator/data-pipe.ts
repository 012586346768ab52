import { connect, type Socket } from "node:net";
import type { Closable } from "../../process/lifecycle.js";
import type { Counters } from "./counters.js";
import { UnixServer } from "./unix-server.js";

export interface DataTarget {
  host: string;
  port: number;
}

/**
 * The data link of a modem as a byte pipe: what connects to `DIR/NAME.data` is relayed to one TCP address while a PDP
 * context is active. Without one, nothing at all is forwarded and the connection is cut, as a phone without data is.
 */
export class DataPipe implements Closable {
  private readonly server: UnixServer;
  private readonly open = new Set<Socket>();
  private active = false;

  constructor(
    path: string,
    private readonly target: DataTarget | undefined,
    private readonly counters: Pick<Counters, "dataBytesUp" | "dataBytesDown" | "dataConnections">,
  ) {
    this.server = new UnixServer(path, (socket) => this.relay(socket));
  }

  start(): Promise<void> {
    return this.server.start();
  }

  setActive(active: boolean): void {
    this.active = active;
    if (!active) for (const socket of this.open) socket.destroy();
  }

  async close(): Promise<void> {
    this.setActive(false);
    await this.server.close();
  }

  private relay(client: Socket): void {
    if (!this.active || this.target === undefined) {
      client.destroy();
      return;
    }
    this.counters.dataConnections += 1;
    const remote = connect({ ...this.target, noDelay: true, allowHalfOpen: true });
    client.setNoDelay(true);
    this.join(client, remote, "dataBytesUp");
    this.join(remote, client, "dataBytesDown");
  }

  private join(from: Socket, to: Socket, counter: "dataBytesUp" | "dataBytesDown"): void {
    this.open.add(from);
    from.on("data", (bytes) => {
      this.counters[counter] += bytes.length;
    });
    from.pipe(to);
    from.on("error", () => from.destroy());
    from.on("close", () => {
      this.open.delete(from);
      // The half that is still open would wait for ever.
      if (from.readableEnded) to.end();
      else to.destroy();
    });
  }
}
