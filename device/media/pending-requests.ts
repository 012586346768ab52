import { WorError } from "../../process/errors.js";

interface Pending {
  resolve(sdp: string): void;
  reject(error: WorError): void;
  timer: NodeJS.Timeout;
}

/** Requests to another process that wait for their answers, each with a deadline. */
export class PendingRequests {
  private readonly pending = new Map<number, Pending>();
  private ids = 0;

  constructor(private readonly deadlineMs: number) {}

  /** @param send is given the id that the answer will carry. */
  open(send: (id: number) => void): Promise<string> {
    return new Promise((resolve, reject) => {
      const id = this.ids++;
      const timer = setTimeout(
        () => this.reject(id, "media", `the media process did not answer within ${this.deadlineMs / 1_000} s`),
        this.deadlineMs,
      );
      this.pending.set(id, { resolve, reject, timer });
      send(id);
    });
  }

  resolve(id: number, sdp: string): void {
    this.take(id)?.resolve(sdp);
  }

  reject(id: number, code: string, why: string): void {
    this.take(id)?.reject(new WorError(code, why));
  }

  rejectAll(why: string): void {
    for (const id of [...this.pending.keys()]) this.reject(id, "media", why);
  }

  private take(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }
}
