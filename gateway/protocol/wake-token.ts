import { createHmac, timingSafeEqual } from "node:crypto";
import { WorError } from "../../process/errors.js";

/**
 * The wake token, version 1: what a wake SMS says, and how the terminal knows that its own gateway said it.
 *
 * | octets | field |
 * |---|---|
 * | 1 | version, 1 |
 * | 4 | counter, big-endian; grows with every token of this terminal |
 * | 4 | expiry, seconds since the epoch, big-endian |
 * | 16 | call id (UUID) |
 * | 16 | HMAC-SHA-256 over `terminal id NUL` and the 25 octets before, cut to 128 bits |
 *
 * As text: `WOR` and base64url, 58 characters of the GSM 7-bit default alphabet, so that it fits one SMS.
 */
export interface WakeToken {
  counter: number;
  /** Seconds since the epoch. */
  expiry: number;
  callId: string;
}

const VERSION = 1;
const BODY_BYTES = 25;
const MAC_BYTES = 16;
const PREFIX = "WOR";

/** @throws WorError `wake-token` when `callId` is not a UUID. */
export function encodeWakeToken(terminal: string, key: Buffer, token: WakeToken): string {
  const callId = Buffer.from(token.callId.replaceAll("-", ""), "hex");
  if (callId.length !== 16) throw new WorError("wake-token", "a wake token's call id must be a UUID");
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  body.writeUInt32BE(token.counter, 1);
  body.writeUInt32BE(token.expiry, 5);
  callId.copy(body, 9);
  return PREFIX + Buffer.concat([body, mac(terminal, key, body)]).toString("base64url");
}

export type WakeTokenFault = "not-a-token" | "forged" | "replayed" | "expired";

/**
 * Judges the text of an SMS. The counter stops replays, not the clock: a Pi has no clock when it wakes,
 * so expiry only counts when `now` (seconds since the epoch) is later than the token's by a clock that is set.
 * @param lastCounter the highest counter this terminal has ever accepted.
 */
export function judgeWakeToken(
  terminal: string,
  key: Buffer,
  text: string,
  lastCounter: number,
  now: number,
): { token: WakeToken } | { fault: WakeTokenFault } {
  if (!/^WOR[A-Za-z0-9_-]{55}$/.test(text)) return { fault: "not-a-token" };
  const octets = Buffer.from(text.slice(PREFIX.length), "base64url");
  // The last character has two bits to spare: a token has one spelling only.
  if (octets.toString("base64url") !== text.slice(PREFIX.length)) return { fault: "not-a-token" };
  if (octets.length !== BODY_BYTES + MAC_BYTES || octets.readUInt8(0) !== VERSION) return { fault: "not-a-token" };
  const body = octets.subarray(0, BODY_BYTES);
  if (!timingSafeEqual(mac(terminal, key, body), octets.subarray(BODY_BYTES))) return { fault: "forged" };
  const token = { counter: body.readUInt32BE(1), expiry: body.readUInt32BE(5), callId: uuidOf(body.subarray(9)) };
  if (token.counter <= lastCounter) return { fault: "replayed" };
  if (token.expiry < now) return { fault: "expired" };
  return { token };
}

function mac(terminal: string, key: Buffer, body: Buffer): Buffer {
  return createHmac("sha256", key).update(`${terminal}\0`).update(body).digest().subarray(0, MAC_BYTES);
}

function uuidOf(octets: Buffer): string {
  return octets.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
