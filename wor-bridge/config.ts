import { z } from "zod";
import { Id } from "../gateway/protocol/ids.js";
import { LOG_LEVELS } from "../process/log.js";

/** The WOR bridge's configuration file. */
export const BridgeConfig = z.strictObject({
  id: Id,
  /** Its MQTT password, shared with the gateway: 32 bytes in base64url. */
  secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url (43 characters)"),
  gateway: z.strictObject({
    host: z.string(),
    port: z.number().int().min(1).max(65_535).default(8883),
    /** PEM file of the authority that signed the gateway's certificate. */
    ca: z.string(),
    /** The name in the gateway's certificate, where it is not `host`. */
    name: z.string().optional(),
  }),
  modems: z
    .array(z.strictObject({ name: Id, port: z.string(), baudRate: z.number().int().default(115_200) }))
    .min(1)
    .max(32),
  /** A ring that wakes nobody within this time is hung up, and tried again a little later. */
  ringSeconds: z.number().min(1).max(60).default(12),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});
export type BridgeConfig = z.infer<typeof BridgeConfig>;
