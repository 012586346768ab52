import type { FirstReceived } from "../protocol/media.js";
import { AUDIBLE, type SoundLevel } from "./sound-level.js";

const PACKET_POLL_MS = 50;
const SOUND_POLL_MS = 20;

/** Reports the first RTP packet and the first audible sound that come in, once each, until closed. */
export class Reception {
  private readonly timers = new Map<FirstReceived, ReturnType<typeof setInterval>>();

  constructor(private readonly report: (first: FirstReceived) => void) {}

  watchPackets(peer: RTCPeerConnection): void {
    this.poll("packet", PACKET_POLL_MS, () => hasReceivedAudio(peer));
  }

  watchSound(level: SoundLevel): void {
    this.poll("sound", SOUND_POLL_MS, async () => level.read() > AUDIBLE);
  }

  close(): void {
    for (const timer of this.timers.values()) clearInterval(timer);
    this.timers.clear();
  }

  private poll(first: FirstReceived, everyMs: number, happened: () => Promise<boolean>): void {
    if (this.timers.has(first)) return;
    const timer = setInterval(async () => {
      if (!(await happened()) || this.timers.get(first) !== timer) return;
      if (first === "sound") this.happened("packet");
      this.happened(first);
    }, everyMs);
    this.timers.set(first, timer);
  }

  /** Sound proves packets, and may be noticed before the next poll for them. */
  private happened(first: FirstReceived): void {
    if (!this.timers.has(first)) return;
    clearInterval(this.timers.get(first));
    this.timers.delete(first);
    this.report(first);
  }
}

async function hasReceivedAudio(peer: RTCPeerConnection): Promise<boolean> {
  if (peer.signalingState === "closed") return false;
  for (const stats of (await peer.getStats()).values()) {
    if (stats.type === "inbound-rtp" && stats.kind === "audio" && stats.packetsReceived > 0) return true;
  }
  return false;
}
