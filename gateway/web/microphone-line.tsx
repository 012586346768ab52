import { LevelMeter } from "./level-meter.js";
import { MICROPHONE_WORDS } from "./state-words.js";
import type { MicrophoneState } from "./voice-model.js";

/** The microphone's state, and its level while it is on. */
export function MicrophoneLine({ state, level }: { state: MicrophoneState; level: () => number }) {
  return (
    <p class="microphone" data-testid="microphone" data-state={state}>
      <span class={`dot dot-${DOT[state]}`} aria-hidden="true" />
      <span>{MICROPHONE_WORDS[state]}</span>
      {state === "live" && <LevelMeter label="Microphone level" read={level} />}
    </p>
  );
}

const DOT: Record<MicrophoneState, "good" | "wait" | "bad" | "off"> = {
  asking: "wait",
  live: "good",
  off: "off",
  denied: "bad",
  absent: "bad",
  "in-use": "bad",
  insecure: "bad",
};
