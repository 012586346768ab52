import type { BenchProcess } from "../bench-events.js";
import type { BenchModel } from "./bench-model.js";

/** The bench's name, what network it plays, and which of its processes run. */
export function BenchHeader({ model, up }: { model: BenchModel; up: boolean }) {
  const { hello, processes } = model;
  return (
    <header class="bar">
      <img src="icon.svg" alt="" width="26" height="26" />
      <h1>Wake-on-Ring bench</h1>
      {hello && (
        <p class="profile" data-testid="network">
          {hello.network} network, woken by {hello.way === "sms" ? "SMS" : "ring"}
        </p>
      )}
      <ul class="processes" aria-label="Processes">
        {(Object.keys(processes) as BenchProcess[]).map((name) => (
          <li key={name} data-testid={`process-${name}`} data-up={up && processes[name]}>
            <span class={`dot dot-${up && processes[name] ? "good" : "bad"}`} aria-hidden="true" />
            {name}
            <span class="visually-hidden">{processes[name] ? "runs" : "is down"}</span>
          </li>
        ))}
      </ul>
    </header>
  );
}
