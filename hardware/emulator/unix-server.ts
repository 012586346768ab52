import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { WorError } from "../../process/errors.js";
import type { Closable } from "../../process/lifecycle.js";

// sun_path of struct sockaddr_un: 108 octets with the final NUL.
const PATH_LIMIT = 107;

/** A UNIX stream socket at a path; what an earlier run left there is replaced. */
export class UnixServer implements Closable {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly path: string,
    onConnection: (socket: Socket) => void,
  ) {
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      onConnection(socket);
    });
  }

  async start(): Promise<void> {
    if (Buffer.byteLength(this.path) > PATH_LIMIT) {
      throw new WorError("emulator-dir", `${this.path}: longer than ${PATH_LIMIT} octets, choose a shorter directory`);
    }
    rmSync(this.path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(this.path, () => resolve());
    });
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
