import { useEffect, useRef } from "preact/hooks";
import { meterOf } from "./sound-level.js";

/** A live level bar, drawn past the component's own rendering: it moves with every frame. `read`: 0..1, root mean square. */
export function LevelMeter({ label, read }: { label: string; read: () => number }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let frame = requestAnimationFrame(draw);
    let shown = 0;
    function draw() {
      shown = Math.max(meterOf(read()), shown * 0.92);
      bar.current?.style.setProperty("--level", shown.toFixed(3));
      frame = requestAnimationFrame(draw);
    }
    return () => cancelAnimationFrame(frame);
  }, [read]);
  return (
    <span class="meter" role="img" aria-label={label} data-testid="level">
      <span class="meter-bar" ref={bar} />
    </span>
  );
}
