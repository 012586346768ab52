import { DeviceLink, type TerminalLink } from "../gateway/protocol/device-link.js";
import { TerminalDown } from "../gateway/protocol/messages.js";
import { topic } from "../gateway/protocol/topics.js";
import type { Logger } from "../process/log.js";
import type { TerminalConfig } from "./config.js";
import type { DataLink } from "./data-link/data-link.js";

/** Loaded only when the terminal was woken: MQTT is not held in memory by one that sleeps. */
export function openTerminalLink(config: TerminalConfig, ca: Buffer, link: DataLink, log: Logger): TerminalLink {
  const { id, secret, gateway } = config;
  return new DeviceLink({
    id,
    secret,
    ca,
    name: gateway.name ?? gateway.host,
    downTopic: topic.terminalDown(id),
    upTopic: topic.terminalUp(id),
    downSchema: TerminalDown,
    lifeMs: 60_000,
    open: () => link.connect(gateway.host, gateway.port),
    log,
  });
}
