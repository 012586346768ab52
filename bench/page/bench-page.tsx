import { render } from "preact";
import { BenchHeader } from "./bench-header.js";
import { CallerPanel } from "./caller-panel.js";
import { FigurePanel } from "./figure-panel.js";
import { TerminalPanel } from "./terminal-panel.js";
import { useBench } from "./use-bench.js";

function BenchPage({ url }: { url: string }) {
  const { model, up, link } = useBench(url);
  return (
    <>
      <BenchHeader model={model} up={up} />
      {!up && (
        <p class="bench-lost" role="alert">
          The bench does not answer. Is it still running? Trying again…
        </p>
      )}
      <main class="bench">
        {model.hello ? <CallerPanel hello={model.hello} /> : <p class="panel muted">Waiting for the bench…</p>}
        <FigurePanel model={model} />
        <TerminalPanel model={model} link={link} />
      </main>
    </>
  );
}

const root = document.getElementById("page");
const benchUrl = new URL("/bench", location.href.replace(/^http/, "ws")).href;
if (root) render(<BenchPage url={benchUrl} />, root);
