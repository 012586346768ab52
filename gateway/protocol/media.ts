import { z } from "zod";
import { MAX_MESSAGE_BYTES } from "./topics.js";

/** An SDP body (RFC 8866): only its first line is checked here, the peer connection judges the rest. */
export const Sdp = z
  .string()
  .max(MAX_MESSAGE_BYTES / 2)
  .startsWith("v=0", "an SDP body starts with v=0");

/** RTCIceCandidateInit. */
export const Candidate = z.object({
  candidate: z.string().max(1_000),
  sdpMid: z.string().max(64).nullable(),
  sdpMLineIndex: z.number().int().min(0).max(16).nullable(),
});
export type Candidate = z.infer<typeof Candidate>;

/** RTCIceServer: STUN and TURN for both ends. */
export const IceServer = z.object({
  urls: z.union([z.string(), z.array(z.string())]),
  username: z.string().optional(),
  credential: z.string().optional(),
});
export type IceServer = z.infer<typeof IceServer>;

/** What an end has received for the first time: an RTP packet, or sound above silence. */
export const FirstReceived = z.enum(["packet", "sound"]);
export type FirstReceived = z.infer<typeof FirstReceived>;
