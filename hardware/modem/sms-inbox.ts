import { reasonOf } from "../../process/errors.js";
import type { Logger } from "../../process/log.js";
import type { AtCommand } from "./at-command.js";
import { deleteMessage, listMessages, readMessage, readStores, selectStore } from "./commands.js";
import { textOfAddress } from "./pdu/address.js";
import { decodeDeliver } from "./pdu/deliver.js";
import { textOfUserData } from "./pdu/user-data.js";

export interface ReceivedSms {
  /** As the network gave it: `+81...`, a short code or a name. */
  from: string;
  text: string;
  /** By the clock of the service centre. */
  sentAt: Date | undefined;
}

type Run = <T>(command: AtCommand<T>) => Promise<T>;

/** Takes messages out of the modem: each is read, handed over and deleted, so that the store never fills up. */
export class SmsInbox {
  /** The store that commands act on now; unknown until asked. */
  private selected: string | undefined;
  /** Where messages come in; often another one. */
  private incoming: string | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly run: Run,
    private readonly receive: (sms: ReceivedSms) => void,
    private readonly log: Logger,
  ) {}

  /** All that is stored. */
  drain(): Promise<void> {
    return this.inTurn(async () => {
      if (this.selected === undefined)
        ({ selected: this.selected, incoming: this.incoming } = await this.run(readStores));
      // The selected one first: it needs no command.
      for (const store of new Set([this.selected, this.incoming ?? this.selected])) {
        await this.select(store);
        for (const { index, pdu } of await this.run(listMessages)) await this.handOver(index, pdu);
      }
    });
  }

  /** +CMTI: the index counts in the store it names (H40); a second notice finds nothing (H38). */
  stored(store: string, index: number): Promise<void> {
    return this.inTurn(async () => {
      await this.select(store);
      const pdu = await this.run(readMessage(index)).catch((error: { code: string }) => {
        if (error.code === "cms-321") return null; // an empty place, as some modems say it
        throw error;
      });
      if (pdu !== null) await this.handOver(index, pdu);
    });
  }

  /** +CMT: not stored at all. */
  direct(pdu: string): void {
    try {
      const { from, userData, sentAt } = decodeDeliver(pdu);
      this.receive({ from: textOfAddress(from), text: textOfUserData(userData), sentAt });
    } catch (error) {
      this.log.warn({ octets: pdu.length / 2, reason: reasonOf(error) }, "modem.sms-undecodable");
    }
  }

  private async select(store: string): Promise<void> {
    if (this.selected === store) return;
    await this.run(selectStore(store));
    this.selected = store;
  }

  /** Handed over before it is deleted: if the modem dies in between, it comes twice rather than not at all. */
  private async handOver(index: number, pdu: string): Promise<void> {
    this.direct(pdu);
    await this.run(deleteMessage(index));
  }

  /** One at a time: the selected store is the modem's, not ours. */
  private inTurn(take: () => Promise<void>): Promise<void> {
    const done = this.turn.then(take);
    this.turn = done.catch(() => {});
    return done;
  }
}
