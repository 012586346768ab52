import { z } from "zod";

/** What a terminal shows with: nothing, or virtual lamps on a UNIX socket (a path of one is at most 107 bytes long). */
export const IndicatorConfig = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("virtual"), socket: z.string().min(1).max(107) }),
]);
export type IndicatorConfig = z.infer<typeof IndicatorConfig>;
