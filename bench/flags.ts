import type { CallerName } from "./names.js";

/** The flags of `wor bench`, as its command line gives them. */
export interface BenchFlags {
  once: boolean;
  caller: CallerName;
  way: "ring" | "sms";
  network: "lab" | "field";
  sound: "file" | "alsa";
  answer: "auto" | "never" | "decline";
  callerWav?: string;
  terminalWav?: string;
  record?: string;
  json?: string;
  port: number;
}
