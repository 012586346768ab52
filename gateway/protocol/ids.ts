import { z } from "zod";

/** Ids of terminals, callers, bridges, calls and wakes: they become MQTT topic levels, so no `/ + # .`. */
export const Id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "letters, digits, _ and -, at most 64");

/** 32 random bytes, base64url: shared between the gateway and one device. */
export const Secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url (43 characters)");

/** A subscriber number in international form (E.164). */
export const Tel = z.string().regex(/^\+[1-9]\d{5,14}$/, "an international number such as +818011112222");
