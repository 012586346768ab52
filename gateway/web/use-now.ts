import { useEffect, useState } from "preact/hooks";

/** The time, which ticks while `ticking`. */
export function useNow(ticking: boolean, everyMs = 250): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    if (!ticking) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [ticking, everyMs]);
  return ticking ? Math.max(now, Date.now()) : now;
}
