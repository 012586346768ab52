import { useLayoutEffect, useRef } from "preact/hooks";
import type { AtLine } from "./bench-model.js";

/** So near to the end counts as at the end. */
const AT_END_PX = 24;

/** One modem's dialogue, live. It follows its end unless somebody has scrolled up to read. */
export function AtDialogue({ title, name, lines }: { title: string; name: string; lines: readonly AtLine[] }) {
  const box = useRef<HTMLOListElement>(null);
  const follows = useRef(true);
  const last = lines.at(-1)?.key;
  useLayoutEffect(() => {
    if (last !== undefined && follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last]);
  const scrolled = () => {
    const { current } = box;
    if (current) follows.current = current.scrollHeight - current.scrollTop - current.clientHeight < AT_END_PX;
  };
  return (
    <section class="at" aria-label={title}>
      <h3 class="section-title">{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <ol class="at-lines" ref={box} onScroll={scrolled} tabIndex={0} data-testid={`at-${name}`}>
        {lines.map((line) => (
          <li key={line.key} class={`at-${line.direction}`}>
            <span class="at-time">{timeOf(line.time)}</span>
            <span class="at-direction">{line.direction}</span>
            <span class="at-text">{line.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** "05.123": seconds of the minute, enough to tell pauses. */
function timeOf(time: number): string {
  return ((time % 60_000) / 1000).toFixed(3).padStart(6, "0");
}
