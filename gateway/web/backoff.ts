const FIRST_MS = 500;
const MAX_MS = 10_000;

/** How long to wait before the attempt after `failures` failed ones: doubles to 10 s, and 50-100 % of that, so that the
 * pages of a restarted gateway do not all come back at once. `random`: in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failures, 20));
  return Math.round(full * (0.5 + random / 2));
}
