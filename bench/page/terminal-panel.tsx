import { AtDialogue } from "./at-dialogue.js";
import type { BenchLink } from "./bench-link.js";
import type { BenchModel } from "./bench-model.js";
import { DeviceDrawing } from "./device-drawing.js";
import { TERMINAL_WORDS } from "./terminal-words.js";

/** The terminal on the desk: its state, what it drives, its button, and both modems' dialogue. */
export function TerminalPanel({ model, link }: { model: BenchModel; link: BenchLink }) {
  const { headline, detail } = TERMINAL_WORDS[model.terminal];
  const alerting = model.terminal === "alerting";
  return (
    <section class="panel terminal-panel" aria-label="Terminal">
      <h2 class="section-title">
        <span class="numeral">15</span> Terminal {model.hello?.terminal}
      </h2>
      <div
        class={`terminal-status terminal-${model.terminal}`}
        data-testid="terminal-state"
        data-state={model.terminal}
      >
        <div role="status" aria-live="polite">
          <strong>{headline}</strong> <span class="muted">{detail}</span>
        </div>
      </div>
      <DeviceDrawing outputs={model.outputs} />
      <div class="terminal-buttons">
        <TerminalButton
          id="answer"
          kind="primary"
          words="Answer"
          on={alerting}
          onClick={() => link.send({ type: "press" })}
        />
        <TerminalButton
          id="decline"
          kind="danger"
          words="Decline"
          on={alerting}
          onClick={() => link.send({ type: "decline" })}
        />
        <TerminalButton
          id="terminal-hang-up"
          kind="danger"
          words="Hang up"
          on={model.terminal === "in-call"}
          onClick={() => link.send({ type: "press" })}
        />
      </div>
      <AtDialogue title="Terminal's modem" name="terminal" lines={model.at.terminal} />
      <AtDialogue title="Bridge's modem" name="bridge" lines={model.at.bridge} />
    </section>
  );
}

function TerminalButton(props: { id: string; kind: string; words: string; on: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      class={`button button-${props.kind}`}
      data-testid={props.id}
      disabled={!props.on}
      onClick={props.onClick}
    >
      {props.words}
    </button>
  );
}
