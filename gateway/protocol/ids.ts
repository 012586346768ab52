import { z } from "zod";

/** Ids of terminals, callers, bridges, calls and wakes: they become MQTT topic levels, so no `/ + # .`. */
export const Id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "letters, digits, _ and -, at most 64");

/** A subscriber number in international form (E.164). */
export const Tel = z.string().regex(/^\+[1-9]\d{5,14}$/, "an international number such as +818011112222");
