import { z } from "zod";
import { STEPS, type Step as StepName } from "./steps.js";

const Step = z.enum(Object.keys(STEPS) as [StepName, ...StepName[]]);

/** One line of a call's timeline. `atMs`: ms since the call request (23) reached the gateway; 21 and 22 are before it. */
export const TimelineEntry = z.object({ no: z.string(), step: Step, atMs: z.number() });
export type TimelineEntry = z.infer<typeof TimelineEntry>;
