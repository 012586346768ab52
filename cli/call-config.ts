import { z } from "zod";
import { Id } from "../gateway/protocol/ids.js";
import { SoundConfig } from "../hardware/audio/sound.js";
import { LOG_LEVELS } from "../process/log.js";

/** The configuration file of `wor call`; its flags override it. */
export const CallConfig = z.strictObject({
  gateway: z
    .string()
    .regex(/^wss?:\/\//, "a WebSocket address such as ws://127.0.0.1:8080/voice")
    .describe("the voice service's address"),
  caller: Id.describe("who calls"),
  password: z.string().min(1).max(200).describe("the caller's password"),
  sound: SoundConfig,
  talkSeconds: z
    .number()
    .min(0)
    .max(86_400)
    .optional()
    .describe("hang up this long after the answer; without it Ctrl-C hangs up"),
  logLevel: z.enum(LOG_LEVELS).default("warn"),
});
export type CallConfig = z.infer<typeof CallConfig>;
