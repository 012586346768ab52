/** The patent's names: rabit is the terminal; it lets shark and dog wake it, and tiger not. */
export const CALLERS = ["shark", "dog", "tiger"] as const;
export type CallerName = (typeof CALLERS)[number];
export const TERMINAL = "rabit";
