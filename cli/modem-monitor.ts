import { listCalls } from "../hardware/modem/commands/call.js";
import { readRegistration, readSignal } from "../hardware/modem/commands/network.js";
import { readMessage, selectStore } from "../hardware/modem/commands/sms.js";
import type { Conversation } from "../hardware/modem/discovery/conversation.js";
import { signalWords } from "../hardware/modem/discovery/report-text.js";
import { IncomingRing } from "../hardware/modem/incoming-ring.js";
import { initialise } from "../hardware/modem/initialise.js";
import { maskLine } from "../hardware/modem/masking.js";
import { MODEM_TIMES } from "../hardware/modem/modem-times.js";
import type { Domain } from "../hardware/modem/registration.js";
import type { Urc } from "../hardware/modem/urcs.js";
import { reasonOf } from "../process/errors.js";
import { createLog, maskNumber } from "../process/log.js";
import { shown } from "./modem-sms.js";
import { type PortChoice, withModem } from "./with-modem.js";

export interface MonitorOptions extends PortChoice {
  numbers: boolean;
  verbose: boolean;
  signal: AbortSignal;
  say(line: string): void;
}

const SIGNAL_POLL_MS = 10_000;
const DOMAIN_WORDS: Readonly<Record<Domain, string>> = { cs: "calls", ps: "data", eps: "LTE" };

/** Tells what happens until `signal` is aborted. @throws WorError when the port or the modem is gone */
export function monitorModem({ numbers, verbose, signal, say, ...port }: MonitorOptions): Promise<void> {
  const tell = (text: string) => say(`${new Date().toTimeString().slice(0, 8)}  ${text}`);
  const trace = (direction: "tx" | "rx", text: string) => {
    if (verbose) tell(`${direction === "tx" ? ">" : "<"} ${numbers ? text : maskLine(text)}`);
  };
  return withModem(port, (conversation) => new Monitor(conversation, numbers, tell).live(signal), { trace });
}

class Monitor {
  private readonly incoming: IncomingRing;
  private signalText = "";
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly modem: Conversation,
    private readonly numbers: boolean,
    private readonly tell: (text: string) => void,
  ) {
    this.incoming = new IncomingRing(MODEM_TIMES, {
      ring: (number) => tell(`ring from ${number === null ? "a withheld number" : this.shownNumber(number)}`),
      ended: () => tell("ringing is over"),
      listCalls: () => modem.run(listCalls),
    });
  }

  async live(signal: AbortSignal): Promise<void> {
    this.modem.channel.on("urc", (urc) => this.take(urc));
    await initialise(this.modem.channel, createLog("monitor", "silent"));
    this.tell(`network: ${await this.modem.run(readRegistration)}`);
    await this.pollSignal();
    this.tell("listening; Ctrl-C ends");
    const timer = setInterval(() => this.pollSignal().catch(() => {}), SIGNAL_POLL_MS);
    try {
      const gone = await Promise.race([this.modem.gone, aborted(signal)]);
      if (gone !== undefined) throw gone;
    } finally {
      clearInterval(timer);
      this.incoming.stop();
    }
  }

  private async pollSignal(): Promise<void> {
    const text = `signal: ${signalWords(await this.modem.run(readSignal))}`;
    if (text !== this.signalText) this.tell(text);
    this.signalText = text;
  }

  private take(urc: Urc): void {
    switch (urc.kind) {
      case "ring":
        return this.incoming.ring();
      case "clip":
        return this.incoming.caller(urc.number);
      case "call-end":
        return this.incoming.end();
      case "sms-stored":
        return this.fetch(urc.store, urc.index);
      case "sms":
        return this.tellSms(urc.pdu, "not stored");
      case "sms-report":
        return this.tellSms(urc.pdu, "not stored");
      case "registration":
        return this.tell(`network (${DOMAIN_WORDS[urc.domain]}): ${urc.registration}`);
      case "sim":
        return this.tell(`SIM: ${urc.status}`);
      case "store-full":
        return this.tell("the message store is full: wor modem sms delete INDEX");
      case "restarted":
        return this.tell("the modem restarted or went off; end this and start it again");
      default:
        return; // what else a modem says is seen with -v
    }
  }

  /** Read, not deleted: it may be a wake that waits for the terminal. */
  private fetch(store: string, index: number): void {
    this.turn = this.turn
      .then(async () => {
        await this.modem.run(selectStore(store));
        const pdu = await this.modem.run(readMessage(index));
        if (pdu !== null) this.tellSms(pdu, `${store} ${index}`);
      })
      .catch((error) => this.tell(`SMS in ${store} ${index}, unread: ${reasonOf(error)}`));
  }

  private tellSms(pdu: string, where: string): void {
    const { kind, number, text, part } = shown(pdu, this.numbers);
    const what = kind === "report" ? "delivery report of" : "SMS from";
    this.tell(
      `${what} ${number ?? "?"} (${where}${part === null ? "" : `, part ${part}`}): ${text.replaceAll("\n", "\\n")}`,
    );
  }

  private shownNumber(number: string): string {
    return this.numbers ? number : maskNumber(number);
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
