import { z } from "zod";
import { Id } from "./ids.js";

/**
 * Proxy login settings (21), the body of `PUT /api/terminals/<terminal>/settings`, sent by the terminal or its owner
 * with HTTP Basic (terminal id, terminal secret). A caller that is not named under `worPermissions` may not wake it.
 */
export const TerminalSettings = z.strictObject({
  /** The voice service that the gateway logs in to in the terminal's place. */
  server: z.literal("embedded"),
  user: Id,
  password: z.string().min(1).max(200),
  proxyLogin: z.boolean(),
  doNotDisturb: z.boolean().default(false),
  worPermissions: z.record(Id, z.enum(["allow", "deny"])),
});
export type TerminalSettings = z.infer<typeof TerminalSettings>;
