import { z } from "zod";
import { Id, Secret } from "../gateway/protocol/ids.js";
import { MODEM_KEYS } from "../hardware/modem/modem-config.js";
import { LOG_LEVELS } from "../process/log.js";

/** The WOR bridge's configuration file. */
export const BridgeConfig = z.strictObject({
  id: Id.describe("the bridge's name at the gateway"),
  secret: Secret.describe("its MQTT password, shared with the gateway"),
  gateway: z.strictObject({
    host: z.string().describe("the gateway's address"),
    port: z.number().int().min(1).max(65_535).default(8883),
    ca: z.string().describe("PEM file of the authority that signed the gateway's certificate"),
    name: z.string().optional().describe("the name in the gateway's certificate, where it is not host"),
  }),
  modems: z
    .array(z.strictObject({ name: Id, ...MODEM_KEYS }))
    .min(1)
    .max(32),
  ringSeconds: z.number().min(1).max(60).default(12).describe("a ring that wakes nobody is hung up and tried again"),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});
export type BridgeConfig = z.infer<typeof BridgeConfig>;
