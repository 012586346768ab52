/** What a terminal shows with, in the order of the pins of {@link VirtualIo}. */
export const OUTPUTS = ["lamp", "buzzer", "vibration"] as const;
export type Output = (typeof OUTPUTS)[number];

export type Pattern = "off" | "waking" | "ringing" | "in-call";

/** Per output: steadily on, or ms on and ms off in turn; what is absent is off. */
type Look = Partial<Record<Output, "on" | number>>;

/** A wake that comes to nothing must disturb nobody: until a call is confirmed only the lamp moves. */
export const PATTERNS: Record<Pattern, Look> = {
  off: {},
  waking: { lamp: 1_000 },
  ringing: { lamp: 250, buzzer: 500, vibration: 1_000 },
  "in-call": { lamp: "on" },
};
