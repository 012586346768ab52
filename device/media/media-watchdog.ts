/** How often received packets are counted, and how many counts without a new one mean that the far end is gone. */
export const COUNT_EVERY_MS = 1_000;
const SILENT_COUNTS = 5;

/**
 * Says when media is lost: no new packet in five counts, the first of them at the connection. It goes by counts and
 * not by the clock, because a process that was suspended has received nothing without anything being wrong.
 */
export class MediaWatchdog {
  private last = 0;
  private silent = 0;

  /** @returns true when media is lost. */
  count(packetsReceived: number): boolean {
    this.silent = packetsReceived === this.last ? this.silent + 1 : 0;
    this.last = packetsReceived;
    return this.silent >= SILENT_COUNTS;
  }
}
