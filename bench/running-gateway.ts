import { EventEmitter } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayConfig } from "../gateway/config.js";
import { runGateway } from "../gateway/main.js";
import { loadConfig } from "../process/config.js";
import type { Closable } from "../process/lifecycle.js";
import { createLog } from "../process/log.js";
import { BridgeConfig } from "../wor-bridge/config.js";
import { Site, type SiteOptions } from "./site.js";

interface LogLine {
  event: string;
  [field: string]: unknown;
}

/** The whole gateway in this process, as a site's configuration files say it, for conversations over its real sockets. */
export class RunningGateway implements Closable {
  readonly log: LogLine[] = [];
  private readonly arrivals = new EventEmitter().setMaxListeners(100);
  private gateway: Closable | undefined;

  private constructor(readonly site: Site) {}

  static async start(options: Partial<SiteOptions> = {}): Promise<RunningGateway> {
    const dir = mkdtempSync(join(tmpdir(), "wor-gateway-"));
    const sound = { sound: "file", callerWav: "", terminalWav: "" } as const;
    const site = new Site({
      dir,
      network: "lab",
      way: "ring",
      answer: "auto",
      moreTerminals: ["hare"],
      ...sound,
      ...options,
    });
    await site.prepare();
    const running = new RunningGateway(site);
    await running.open();
    const { mqttPort, httpPort } = await running.logged("gateway.ready");
    site.gatewayListensOn({ mqtt: Number(mqttPort), http: Number(httpPort) });
    return running;
  }

  get ca(): Buffer {
    return readFileSync(this.site.path("ca.pem"));
  }
  get bridge(): BridgeConfig {
    return loadConfig(BridgeConfig, this.site.config("bridge"), "NONE", {});
  }

  /** The first line of the log, from its beginning, with this event and these fields; the test's deadline bounds it. */
  async logged(event: string, fields: Record<string, unknown> = {}): Promise<LogLine> {
    for (;;) {
      const found = this.log.find(
        (line) => line.event === event && Object.entries(fields).every(([name, value]) => line[name] === value),
      );
      if (found) return found;
      await new Promise<void>((resolve) => this.arrivals.once("line", resolve));
    }
  }

  async settle(): Promise<void> {
    for (const id of this.site.terminalIds) {
      const response = await this.site.sendSettings(id);
      if (!response.ok) throw new Error(await response.text());
    }
  }

  async open(): Promise<void> {
    const write = (line: string) => {
      this.log.push(JSON.parse(line));
      this.arrivals.emit("line");
    };
    this.gateway = await runGateway(
      loadConfig(GatewayConfig, this.site.config("gateway"), "NONE", {}),
      createLog("gateway", "debug", { write }),
    );
  }

  async stop(): Promise<void> {
    await this.gateway?.close();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.site.options.dir, { recursive: true, force: true });
  }
}
