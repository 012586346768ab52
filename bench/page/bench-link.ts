import { backoffMs } from "../../gateway/web/backoff.js";
import type { BenchDown, BenchUp } from "../bench-events.js";

/** The page's WebSocket to its bench, opened again whenever it is lost. */
export class BenchLink {
  private socket: WebSocket | null = null;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly url: string,
    private readonly onMessage: (message: BenchDown) => void,
    private readonly onUp: (up: boolean) => void,
  ) {}

  start(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      this.onUp(true);
    };
    socket.onmessage = ({ data }) => this.onMessage(JSON.parse(String(data)) as BenchDown);
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.onUp(false);
      this.retry = setTimeout(() => this.start(), backoffMs(this.failures++, Math.random()));
    };
  }

  send(message: BenchUp): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  close(): void {
    clearTimeout(this.retry);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }
}
