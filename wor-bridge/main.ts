import { readFileSync } from "node:fs";
import type { BridgeDown } from "../gateway/protocol/messages.js";
import { Modem } from "../hardware/modem/modem.js";
import { type Closable, Owned } from "../process/lifecycle.js";
import type { Logger } from "../process/log.js";
import type { BridgeConfig } from "./config.js";
import { GatewayConnection } from "./gateway-connection.js";
import { workModem } from "./modem-worker.js";
import { WakeQueue } from "./wake-queue.js";

/** Wires the WOR bridge (14): the modems, the queue of wakes, the login at the gateway. Logs `bridge.ready`. */
export async function runBridge(config: BridgeConfig, log: Logger): Promise<Closable> {
  const owned = new Owned(log);
  const queue = new WakeQueue();
  const modems = config.modems.map((modem) => owned.own(modem.name, new Modem({ ...modem, log })));

  const receive = (message: BridgeDown) => {
    if (message.type === "cancel") return queue.cancel(message.wakeId);
    const { wakeId } = message;
    const obstacle = queue.full ? "too many wakes wait already" : noModemReady(modems);
    if (obstacle) gateway.report({ type: "failed", wakeId, fault: "bridge", why: obstacle });
    const taken = queue.add(message, Date.now());
    log.info({ wakeId: message.wakeId, callId: message.callId, way: message.type, taken }, "wake.requested");
  };
  const gateway = owned.own("gateway", new GatewayConnection(config, readFileSync(config.gateway.ca), receive, log));

  const stop = new AbortController();
  const options = { ringSeconds: config.ringSeconds, log, report: gateway.report.bind(gateway) };
  const workers = modems.map((modem) => workModem(modem, queue, options, stop.signal));
  owned.own("workers", {
    close: async () => {
      stop.abort();
      queue.close();
      await Promise.all(workers);
    },
  });

  for (const modem of modems) modem.start();
  gateway.start();
  log.info({ bridge: config.id, modems: config.modems.map((modem) => modem.name) }, "bridge.ready");
  return owned;
}

/** Reported at once, so that the caller learns in the end why it took so long; then the modems are waited for. */
function noModemReady(modems: Modem[]): string | undefined {
  if (modems.some(({ state }) => state === "registered")) return undefined;
  return `no modem of the bridge is ready: ${modems.map(({ state }) => state).join(", ")}`;
}
