import { z } from "zod";
import { LOG_LEVELS } from "../process/log.js";
import { Id, Tel } from "./protocol/ids.js";
import { IceServer } from "./protocol/media.js";
import { WakeWay } from "./protocol/messages.js";

/** 32 random bytes, base64url: shared with one device, or the key file's content. */
export const Secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url (43 characters)");

const Listen = { host: z.string().default("127.0.0.1"), port: z.number().int().min(0).max(65_535) };

/** The gateway's configuration file. Rows under `terminals`, `bridges` and `callers` are inserted when they are not in the database yet. */
export const GatewayConfig = z.strictObject({
  database: z.string(),
  /** 32 bytes in base64url, mode 0600: seals what the database must not show. Made when it is missing. */
  keyFile: z.string(),
  mqtt: z.strictObject({ ...Listen, port: Listen.port.default(8883), cert: z.string(), key: z.string() }),
  http: z.strictObject({
    ...Listen,
    port: Listen.port.default(8080),
    /** Origins other than the gateway's own whose pages may open `/voice`. */
    origins: z.array(z.url()).default([]),
  }),
  iceServers: z.array(IceServer).max(8).default([]),
  calls: z
    .strictObject({
      /** From the call request to the terminal's login. */
      wakeDeadlineSeconds: z.number().min(1).max(300).default(45),
      /** How long to wait for a bridge that is not connected. */
      bridgeGraceSeconds: z.number().min(1).max(300).default(15),
      /** From the login to the terminal's alerting. */
      alertingDeadlineSeconds: z.number().min(1).max(60).default(15),
      noAnswerSeconds: z.number().min(1).max(300).default(30),
    })
    .prefault({}),
  terminals: z
    .array(z.strictObject({ id: Id, tel: Tel, secret: Secret, wakeKey: Secret, way: WakeWay.default("ring") }))
    .default([]),
  bridges: z.array(z.strictObject({ id: Id, secret: Secret })).default([]),
  callers: z.array(z.strictObject({ id: Id, password: z.string().min(1).max(200) })).default([]),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});
export type GatewayConfig = z.infer<typeof GatewayConfig>;
