import { FRAME_MS } from "./frames.js";

/** A pause longer than this (a suspended or starved process) is skipped instead of made good in a burst. */
const MAX_BEHIND_MS = 200;

/**
 * Calls `tick` once for every 10 ms that pass, from now on, until the returned function is called.
 * The count follows the clock: a plain setInterval(10) slips by some 5 %, which the far end hears as gaps.
 */
export function every10ms(tick: () => void, now: () => number = () => performance.now()): () => void {
  let due = now();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    if (now() - due > MAX_BEHIND_MS) due = now();
    while (!stopped && due <= now()) {
      due += FRAME_MS;
      tick();
    }
    if (!stopped) timer = setTimeout(run, Math.max(1, due - now()));
  };
  timer = setTimeout(run, 0);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
