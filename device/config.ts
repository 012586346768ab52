import { z } from "zod";
import { Id, Tel } from "../gateway/protocol/ids.js";
import { SoundConfig } from "../hardware/audio/sound.js";
import { IndicatorConfig } from "../hardware/indicator/indicator-config.js";
import { LOG_LEVELS } from "../process/log.js";

const Secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url (43 characters)");

/** How the terminal reaches the Internet; up only while it is awake. */
export const DataLinkConfig = z.discriminatedUnion("kind", [
  /** The emulated modem's data: a PDP context by AT commands, then a byte pipe at a UNIX socket. */
  z.strictObject({ kind: z.literal("emulated"), socket: z.string(), apn: z.string().default("internet") }),
  /** Ethernet or Wi-Fi that is always there: nothing to bring up. */
  z.strictObject({ kind: z.literal("always") }),
]);
export type DataLinkConfig = z.infer<typeof DataLinkConfig>;

/** The terminal's configuration file. */
export const TerminalConfig = z.strictObject({
  id: Id,
  /** Its MQTT password, shared with the gateway. */
  secret: Secret,
  /** The key of its wake tokens, shared with the gateway. */
  wakeKey: Secret,
  gateway: z.strictObject({
    host: z.string(),
    port: z.number().int().min(1).max(65_535).default(8883),
    /** PEM file of the authority that signed the gateway's certificate. */
    ca: z.string(),
    /** The name in the gateway's certificate, where it is not `host`. */
    name: z.string().optional(),
  }),
  modem: z.strictObject({ port: z.string(), baudRate: z.number().int().default(115_200) }),
  link: DataLinkConfig,
  wake: z.strictObject({
    /** Numbers of the bridges: a ring from any other is ignored. */
    ringsFrom: z.array(Tel).default([]),
    ringsPerMinute: z.number().min(0.1).max(600).default(6),
  }),
  /** Holds the wake counter; written atomically. */
  stateFile: z.string(),
  sound: SoundConfig,
  indicator: IndicatorConfig.prefault({ kind: "none" }),
  /** `button`: a human presses it; `auto`: answers by itself at once (an intercom). */
  answer: z.enum(["button", "auto"]).default("button"),
  lingerSeconds: z.number().min(0).max(3_600).default(20),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});
export type TerminalConfig = z.infer<typeof TerminalConfig>;
