import type { BenchDown } from "./bench-events.js";

const AT_LINES_KEPT = 200;

/** What a page that connects now has to be told, so that it shows what one sees that was there all the time. */
export class PageSnapshot {
  private readonly latest = new Map<string, BenchDown>();
  private readonly at: BenchDown[] = [];
  private call: BenchDown | undefined;
  private steps: BenchDown[] = [];
  private callId: string | undefined;

  note(event: BenchDown): void {
    switch (event.type) {
      case "call":
        this.begin(event.callId);
        this.call = event;
        return;
      case "step":
        this.begin(event.callId);
        this.steps.push(event);
        return;
      case "at":
        this.at.push(event);
        if (this.at.length > 2 * AT_LINES_KEPT) this.at.shift();
        return;
      case "standing":
        this.latest.set(`standing ${event.entry.step}`, event);
        return;
      case "output":
        this.latest.set(`output ${event.output}`, event);
        return;
      case "process":
        this.latest.set(`process ${event.name}`, event);
        return;
      case "hello":
      case "terminal":
        this.latest.set(event.type, event);
        return;
      default:
        event satisfies never;
    }
  }

  events(): BenchDown[] {
    const hello = this.latest.get("hello");
    const others = [...this.latest.values()].filter((event) => event !== hello);
    return [...(hello ? [hello] : []), ...others, ...(this.call ? [this.call] : []), ...this.steps, ...this.at];
  }

  /** Only the present or last call is shown. */
  private begin(callId: string): void {
    if (callId === this.callId) return;
    this.callId = callId;
    this.call = undefined;
    this.steps = [];
  }
}
