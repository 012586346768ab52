import type { MicrophoneFault } from "./voice-model.js";

/**
 * Asks for the microphone; the browser may ask the user, for as long as it takes.
 * @returns the stream, or why there is none.
 */
export async function openMicrophone(): Promise<MediaStream | MicrophoneFault> {
  if (!window.isSecureContext || !navigator.mediaDevices) return "insecure";
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (failure) {
    return faultOf(failure instanceof DOMException ? failure.name : "");
  }
}

/** W3C Media Capture and Streams, clause 10.3: the names with which getUserMedia() fails. */
export function faultOf(name: string): MicrophoneFault {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "absent";
    default:
      return "in-use";
  }
}
