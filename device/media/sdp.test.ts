import { expect, test } from "@jest/globals";
import { faultyLine, hasAudio, isResolvable } from "./sdp.js";

test.each([
  ["v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", true],
  ["v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nm=audio 50000 UDP/TLS/RTP/SAVPF 111\r\n", true],
  ["v=0\r\nm=audio 0 UDP/TLS/RTP/SAVPF 111\r\n", false],
  ["v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=m=audio 9\r\n", false],
  ["v=0\r\n", false],
])("audio in %j: %s", (sdp, expected) => expect(hasAudio(sdp)).toBe(expected));

test.each([
  ["candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host", true],
  ["candidate:1 1 udp 2113937151 2001:db8::1 50000 typ host", true],
  ["candidate:1 1 udp 2113937151 0b5d7a3e-1f4b-4c7e-9a59-1b1f3c9d5e0a.local 50000 typ host", false],
  ["a=candidate:1 1 udp 2113937151 x.local 50000 typ host generation 0", false],
  ["", true],
])("candidate %j can be looked up: %s", (candidate, expected) => expect(isResolvable(candidate)).toBe(expected));

test.each([
  ["Failed to parse SessionDescription. a=ice-pwd:secret  Invalid.", "its line a=ice-pwd is not usable"],
  ["Failed to parse SessionDescription. m=audio 9 UDP Expects 4 fields.", "its line m= is not usable"],
  ["Called with SDP without DTLS fingerprint.", "it is not a usable session description"],
])("%j -> %s", (complaint, expected) => expect(faultyLine(complaint)).toBe(expected));
