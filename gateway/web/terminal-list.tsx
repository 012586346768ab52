import type { TerminalInfo } from "../protocol/caller.js";

/** Which terminal to call. */
export function TerminalList(props: {
  terminals: readonly TerminalInfo[];
  chosen: string | null;
  disabled: boolean;
  onChoose: (id: string) => void;
}) {
  if (props.terminals.length === 0) {
    return <p class="muted">There is no terminal for you to call. Its owner can let you.</p>;
  }
  return (
    <ul class="terminals" aria-label="Terminals">
      {props.terminals.map(({ id }) => (
        <li key={id}>
          <button
            type="button"
            class="terminal-choice"
            data-testid={`terminal-${id}`}
            aria-pressed={id === props.chosen}
            disabled={props.disabled}
            onClick={() => props.onChoose(id)}
          >
            {id}
          </button>
        </li>
      ))}
    </ul>
  );
}
