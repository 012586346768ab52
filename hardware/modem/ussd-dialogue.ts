import { WorError } from "../../process/errors.js";
import type { AtCommand } from "./at-command.js";
import { sendUssd } from "./commands/ussd.js";

/** What the network answers to a USSD code. */
export interface UssdAnswer {
  /** TS 27.007 clause 7.15 <m>: 0 is the end, 1 wants an answer, 2 to 5 went wrong. */
  status: number;
  text: string | null;
}

type Run = <T>(command: AtCommand<T>) => Promise<T>;

/** One question at a time; its answer comes of its own accord, some time after the OK. */
export class UssdDialogue {
  private waiting: { resolve(answer: UssdAnswer): void; reject(error: WorError): void } | undefined;

  constructor(private readonly run: Run) {}

  /** @throws WorError `ussd`, `ussd-busy`, `ussd-timeout`, or that of the modem */
  async ask(code: string, timeoutMs: number): Promise<UssdAnswer> {
    if (this.waiting !== undefined) throw new WorError("ussd-busy", "another USSD code waits for its answer");
    const command = sendUssd(code);
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<UssdAnswer>((resolve, reject) => {
      this.waiting = { resolve, reject };
      const late = new WorError("ussd-timeout", `the network did not answer within ${timeoutMs} ms`);
      timer = setTimeout(() => reject(late), timeoutMs);
    });
    try {
      return (await Promise.all([answer, this.run(command)]))[0];
    } finally {
      clearTimeout(timer);
      this.waiting = undefined;
    }
  }

  /** +CUSD; one that nobody asked for is dropped. */
  heard(answer: UssdAnswer): void {
    this.waiting?.resolve(answer);
  }

  close(reason: WorError): void {
    this.waiting?.reject(reason);
  }
}
