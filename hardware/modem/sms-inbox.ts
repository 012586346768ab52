import { reasonOf, type WorError } from "../../process/errors.js";
import type { Logger } from "../../process/log.js";
import type { AtCommand } from "./at-command.js";
import type { StoredState, StoreUse } from "./commands/sms.js";
import type { Part } from "./pdu/concatenation.js";
import type { Deliver } from "./pdu/deliver.js";
import type { Joined, Place, SmsJoiner } from "./sms-joiner.js";
import { contentOf, type ReceivedSms, receivedSms, type SmsContent, type SmsReport } from "./sms-message.js";
import type { SmsKind, SmsPolicy } from "./sms-policy.js";
import { SmsService } from "./sms-service.js";
import { SmsStores } from "./sms-stores.js";

export interface InboxOptions {
  policy: SmsPolicy;
  joiner: SmsJoiner;
  /** To be used for everything; without, those that the modem has chosen. */
  store?: string;
  /** Status reports were asked for: the next opening of the modem asks for them again. */
  reports: boolean;
}

export interface InboxEffects {
  run<T>(command: AtCommand<T>): Promise<T>;
  /** False if nobody listens: it is kept then, as long as there is room. */
  receive(sms: ReceivedSms): boolean;
  report(report: SmsReport): boolean;
}

/** What is in a store, as it is. `content` says what kind it is. */
export interface StoredSms extends Place {
  state: StoredState;
  content: SmsContent;
}

interface Kept extends Place {
  kind: SmsKind;
  pdu: string;
  /** It was handed over, and only its deletion failed. */
  handled: boolean;
}

/**
 * Takes messages out of the modem: each is read, handed over and only then deleted, so that the stores never fill up
 * and a crash in between gives a message twice rather than not at all. Parts of long ones stay stored until the rest
 * has come.
 */
export class SmsInbox {
  private readonly stores: SmsStores;
  private readonly service: SmsService;
  private turn: Promise<unknown> = Promise.resolve();
  private kept: Kept[] = [];

  constructor(
    private readonly options: InboxOptions,
    private readonly effects: InboxEffects,
    private readonly log: Logger,
  ) {
    this.stores = new SmsStores((command) => effects.run(command));
    this.service = new SmsService((command) => effects.run(command));
  }

  /** All that came before anybody listened. `preferred`: the stores that suit this make, where none is configured. */
  open(preferred: readonly string[] = []): Promise<void> {
    this.options.joiner.forgetPlaces();
    return this.inTurn(async () => {
      const { store } = this.options;
      if (store !== undefined) await this.stores.choose(store);
      await this.takeAll(await this.stores.inUse());
      const moved = store === undefined && this.takes && (await this.stores.prefer(preferred));
      if (moved) await this.takeAll(await this.stores.inUse());
      if (this.options.reports) await this.enableReports().catch((error: WorError) => this.logUnread(error));
    });
  }

  /** The modem says that a store is full. */
  drain(): Promise<void> {
    return this.inTurn(async () => {
      await this.takeAll(await this.stores.inUse());
      await this.makeRoom();
    });
  }

  /** From time to time: for what came without a notice (H41), for parts that never come, and for room. */
  check(): Promise<void> {
    return this.inTurn(async () => {
      await this.finish(this.options.joiner.expired());
      const stores = await this.stores.inUse();
      const settled = this.kept.filter(({ kind, handled }) => !handled || this.policyOf(kind).after === "keep");
      const known = settled.length + this.options.joiner.stored;
      const used = stores.reduce((sum, store) => sum + store.used, 0);
      if (used !== known) await this.takeAll(stores);
      if (stores.some((store) => this.isFull(store))) await this.makeRoom();
    });
  }

  /** +CMTI, +CDSI: the index counts in the store it names (H40); a second notice finds nothing (H38). */
  stored(store: string, index: number): Promise<void> {
    // Noise got into the notice: it still says that there is something.
    if (!/^[A-Z]{2}$/.test(store) || !Number.isInteger(index)) return this.drain();
    return this.inTurn(async () => {
      const pdu = await this.stores.read({ store, index });
      if (pdu !== null) await this.take({ store, index }, pdu);
    });
  }

  /** +CMT, +CDS: not stored at all. */
  async direct(pdu: string): Promise<void> {
    const content = contentOf(pdu);
    if (content.kind === "undecodable") this.logUndecodable(pdu, content.error);
    else if (content.kind === "report") this.tell(content);
    else if (content.kind === "received") this.takeDirect(content.deliver, content.part);
    await this.service.acknowledge();
  }

  /**
   * From now on status reports are told of.
   * @throws WorError `sms-report-unavailable`
   */
  async enableReports(): Promise<void> {
    this.options.reports = true;
    await this.service.enableReports();
  }

  /** What is stored, without doing anything about it. */
  list(): Promise<StoredSms[]> {
    return this.inTurn(async () => {
      const found: StoredSms[] = [];
      for (const { store } of await this.stores.inUse()) {
        for (const { index, state, pdu } of await this.stores.list(store)) {
          found.push({ store, index, state, content: contentOf(pdu) });
        }
      }
      return found;
    });
  }

  /** Of the store that messages come into, if none is named. */
  delete(index: number, store?: string): Promise<void> {
    return this.inTurn(async () => this.stores.delete({ store: store ?? (await this.storage()).store, index }));
  }

  /** The store that messages come into. */
  storage(): Promise<StoreUse> {
    return this.stores.receiving();
  }

  private takeDirect(deliver: Deliver, part: Part | undefined): void {
    if (part === undefined) return void this.hand([deliver]);
    const { done } = this.options.joiner.add(deliver, part);
    this.inTurn(() => this.finish(done)).catch((error) => this.logUnread(error));
  }

  private async takeAll(stores: readonly StoreUse[]): Promise<void> {
    for (const { store } of stores) {
      const messages = await this.stores.list(store);
      this.kept = this.kept.filter(
        (kept) => kept.store !== store || messages.some(({ index, pdu }) => kept.index === index && kept.pdu === pdu),
      );
      for (const { index, pdu } of messages) await this.take({ store, index }, pdu);
    }
  }

  private async take(place: Place, pdu: string): Promise<void> {
    const known = this.kept.find((kept) => samePlace(kept, place) && kept.pdu === pdu);
    const content = contentOf(pdu);
    if (content.kind === "undecodable" && known === undefined) this.logUndecodable(pdu, content.error);
    if (content.kind === "received" && content.part !== undefined && this.takes) {
      const { done, repeated } = this.options.joiner.add(content.deliver, content.part, place);
      if (repeated) await this.stores.delete(place);
      return this.finish(done);
    }
    const kind = this.kindOf(content);
    const { tell, after } = this.policyOf(kind);
    const kept = known ?? { ...place, kind, pdu, handled: false };
    if (known === undefined) this.kept.push(kept);
    kept.handled ||= !tell || this.tell(content);
    if (kept.handled && after === "delete") await this.forget(kept);
  }

  private async forget(kept: Kept): Promise<void> {
    await this.stores.delete(kept);
    this.kept = this.kept.filter((other) => other !== kept);
  }

  /** Long messages that are complete, or as complete as they will ever be. */
  private async finish(messages: readonly Joined[]): Promise<void> {
    for (const { parts } of messages) this.hand(parts);
    // Even if nobody listens: parts that were kept would fill the store.
    for (const place of messages.flatMap(({ places }) => places)) await this.stores.delete(place);
  }

  private async makeRoom(): Promise<void> {
    const rank = ({ kind }: Kept) => this.policyOf(kind).purge ?? Number.POSITIVE_INFINITY;
    for (const store of await this.stores.inUse()) {
      if (!this.isFull(store)) continue;
      const purged = this.kept
        .filter((kept) => kept.store === store.store && Number.isFinite(rank(kept)))
        .sort((one, other) => rank(one) - rank(other))
        .slice(0, store.used - Math.ceil(store.total * this.options.policy.fullAt) + 1);
      for (const kept of purged) await this.forget(kept);
      if (purged.length > 0) this.log.warn({ store: store.store, messages: purged.length }, "modem.sms-purged");
      if (this.isFull({ ...store, used: store.used - purged.length }))
        await this.finish(this.options.joiner.giveUpStored());
    }
  }

  private isFull({ used, total }: StoreUse): boolean {
    return used >= total * this.options.policy.fullAt;
  }

  private tell(content: SmsContent): boolean {
    if (content.kind === "report") return this.attempt(() => this.effects.report(content.report));
    return content.kind !== "received" || this.hand([content.deliver]);
  }

  private hand(parts: Joined["parts"]): boolean {
    return this.attempt(() => this.effects.receive(receivedSms(parts)));
  }

  /** A listener that throws has not handled it, and is no reason to keep the others waiting. */
  private attempt(tell: () => boolean): boolean {
    try {
      return tell();
    } catch (error) {
      this.log.error({ reason: reasonOf(error) }, "modem.sms-listener-failed");
      return false;
    }
  }

  /** Without, messages are only looked at. */
  private get takes(): boolean {
    return this.policyOf("wake").tell;
  }

  private kindOf(content: SmsContent): SmsKind {
    if (content.kind !== "received") return content.kind;
    return this.options.policy.wake.test(receivedSms([content.deliver]).text) ? "wake" : "other";
  }

  private policyOf(kind: SmsKind) {
    return this.options.policy.kinds[kind];
  }

  private logUndecodable(pdu: string, error: WorError): void {
    this.log.warn({ octets: pdu.length / 2, reason: error.message }, "modem.sms-undecodable");
  }

  private logUnread(error: unknown): void {
    this.log.warn({ reason: reasonOf(error) }, "modem.sms-unread");
  }

  /** One at a time: the selected store is the modem's, not ours. */
  private inTurn<T>(take: () => Promise<T>): Promise<T> {
    const done = this.turn.then(take);
    this.turn = done.catch(() => {});
    return done;
  }
}

function samePlace(one: Place, other: Place): boolean {
  return one.store === other.store && one.index === other.index;
}
