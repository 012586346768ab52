import { z } from "zod";
import { REASON_TEXT, type Reason as ReasonCode } from "./reasons.js";

/** How a call ended, for the caller. `talked` means that it was answered. */
export const Outcome = z.enum(["talked", "refused", "unreachable", "declined", "no-answer", "cancelled"]);
export type Outcome = z.infer<typeof Outcome>;

export const Reason = z.enum(Object.keys(REASON_TEXT) as [ReasonCode, ...ReasonCode[]]);
export type Reason = z.infer<typeof Reason>;
