import { wordsOf } from "./state-words.js";
import { useNow } from "./use-now.js";
import { isLive, type VoiceCallModel } from "./voice-model.js";

/** The true state of a call, in words. The seconds are kept out of what is read aloud. */
export function CallStatus({ call }: { call: VoiceCallModel }) {
  const words = wordsOf(call, useNow(isLive(call)));
  return (
    <div class={`call-status tone-${words.tone}`} data-testid="call-state" data-state={call.state.state}>
      <div role="status" aria-live="polite">
        <h2>{words.headline}</h2>
        <p>{words.detail}</p>
      </div>
      {words.since && (
        <span class="since" aria-hidden="true">
          {words.since}
        </span>
      )}
    </div>
  );
}
