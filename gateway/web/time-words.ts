/** 1234.4 -> "1,234". */
export function inMs(ms: number): string {
  return (Math.round(ms) || 0).toLocaleString("en-US");
}

/** How long something has lasted, for a waiting human: "7 s", "1:05". */
export function lasted(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
