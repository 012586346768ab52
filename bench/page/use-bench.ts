import { useEffect, useMemo, useReducer, useState } from "preact/hooks";
import { BenchLink } from "./bench-link.js";
import { after, NO_BENCH } from "./bench-model.js";

/** The bench as it stands, and the link that moves its button. */
export function useBench(url: string) {
  const [model, take] = useReducer(after, NO_BENCH);
  const [up, setUp] = useState(true);
  const link = useMemo(() => new BenchLink(url, take, setUp), [url]);
  useEffect(() => {
    link.start();
    return () => link.close();
  }, [link]);
  return { model, up, link };
}
