import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import fastifyWebsocket from "@fastify/websocket";
import Fastify from "fastify";
import type { WebSocket } from "ws";
import { reasonOf } from "../process/errors.js";
import type { Closable } from "../process/lifecycle.js";
import type { Bench } from "./bench.js";
import { type BenchDown, BenchProcess, BenchUp } from "./bench-events.js";
import type { BenchFlags } from "./flags.js";
import { CALLERS, TERMINAL } from "./names.js";
import { pageEvent } from "./page-events.js";
import { PageSnapshot } from "./page-snapshot.js";

/** `dist/bench/page`, also when this file runs as source. */
const PAGES = join(__dirname.replace(/(\/dist)?\/bench$/, ""), "dist", "bench", "page");
const MAX_PAGE_MESSAGE_BYTES = 1_024;

/** The bench page and its live feed: what the processes log, and the terminal's button. Listens on this machine only. */
export class PageServer implements Closable {
  private readonly app = Fastify({ forceCloseConnections: true });
  private readonly snapshot = new PageSnapshot();
  private readonly sockets = new Set<WebSocket>();
  private bench: Bench | undefined;

  constructor(private readonly flags: Pick<BenchFlags, "network" | "way" | "port">) {}

  /** As a browser on this machine may name it; the first is the one to show. */
  get origins(): [string, string] {
    const { port } = this.app.server.address() as AddressInfo;
    return [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  }

  async start(): Promise<void> {
    await this.app.register(fastifyWebsocket, { options: { maxPayload: MAX_PAGE_MESSAGE_BYTES } });
    await this.app.register(fastifyStatic, { root: PAGES });
    this.app.get("/bench", { websocket: true }, (socket, request) => {
      // The feed holds the bench's passwords: no other site's page may read it.
      if (this.origins.includes(request.headers.origin ?? "")) return this.connected(socket);
      socket.close(1008, "origin not allowed");
    });
    await this.app.listen({ host: "127.0.0.1", port: this.flags.port });
  }

  watch(bench: Bench): void {
    this.bench = bench;
    bench.on("line", (line, process) => {
      if (process === "gateway" && line.event === "gateway.ready") this.greet(bench, Number(line.httpPort));
      const event = pageEvent(line, process);
      if (event) this.publish(event);
    });
    bench.on("process", (name, up) => {
      const known = BenchProcess.safeParse(name === TERMINAL ? "terminal" : name);
      if (!known.success) return;
      this.publish({ type: "process", name: known.data, up });
      if (known.data === "terminal") this.publish({ type: "terminal", state: up ? "asleep" : "gone" });
    });
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await this.app.close();
  }

  private greet(bench: Bench, httpPort: number): void {
    this.publish({
      type: "hello",
      gatewayVoiceUrl: `ws://127.0.0.1:${httpPort}/voice`,
      terminal: TERMINAL,
      callers: CALLERS.map((id) => ({ id, password: bench.site.passwords[id] })),
      network: this.flags.network,
      way: this.flags.way,
    });
  }

  private publish(event: BenchDown): void {
    this.snapshot.note(event);
    const text = JSON.stringify(event);
    for (const socket of this.sockets) socket.send(text);
  }

  private connected(socket: WebSocket): void {
    this.sockets.add(socket);
    socket.once("close", () => this.sockets.delete(socket));
    socket.on("error", () => socket.terminate());
    socket.on("message", (data) => this.pressed(data.toString()));
    for (const event of this.snapshot.events()) socket.send(JSON.stringify(event));
  }

  private pressed(text: string): void {
    const message = BenchUp.safeParse(parse(text));
    if (!message.success) return;
    const kind = message.data.type === "press" ? "press" : "hold";
    this.bench?.button(kind).catch((error) => process.stderr.write(`bench: the button: ${reasonOf(error)}\n`));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
