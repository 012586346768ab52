/** Whether a session description has an audio stream that was not turned down (port 0): RFC 8866 clause 5.14, RFC 3264 clause 6. */
export function hasAudio(sdp: string): boolean {
  return /^m=audio (?!0 )\d/m.test(sdp);
}

/** Chromium hides its addresses behind mDNS names from pages without a microphone; wrtc cannot look them up. */
export function isResolvable(candidate: string): boolean {
  return !/^(?:a=)?candidate:(?:\S+ ){4}\S+\.local /.test(candidate);
}

/** What a peer connection complains about: the kind of line, never its content (keys and addresses stay out of logs). */
export function faultyLine(complaint: string): string {
  const kind = /(?:^|\s)([a-z]=(?:(?<=a=)[a-z-]+)?)/.exec(complaint)?.[1];
  return kind === undefined ? "it is not a usable session description" : `its line ${kind} is not usable`;
}
