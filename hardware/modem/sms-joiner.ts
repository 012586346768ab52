import { textOfAddress } from "./pdu/address.js";
import type { Part } from "./pdu/concatenation.js";
import type { Deliver } from "./pdu/deliver.js";
import { textOfUserData } from "./pdu/user-data.js";

/** Where a part is stored; undefined for one that came without being stored. */
export interface Place {
  store: string;
  index: number;
}

/** A message whose parts have all come, or that is given up waiting for. */
export interface Joined {
  parts: (Deliver | undefined)[];
  places: Place[];
}

export interface JoinerOptions {
  /** How long a message may wait for its next part. */
  waitMs: number;
  /** How many messages may wait; the one that waits longest is given up for another one. */
  most: number;
  /** A clock that nobody sets: a Pi that wakes has the wrong time. */
  now(): number;
}

interface Waiting {
  key: string;
  parts: (Deliver | undefined)[];
  places: (Place | undefined)[];
  since: number;
}

/** What was joined is remembered for so long, since the network repeats itself; at most this many. */
const REMEMBERED = 32;

/** The waiting room for the parts of long messages: out of order, twice, never (H42). */
export class SmsJoiner {
  private waiting: Waiting[] = [];
  private joined: Waiting[] = [];

  constructor(private readonly options: JoinerOptions) {}

  /** How many parts wait in stores. */
  get stored(): number {
    return this.waiting.flatMap(({ places }) => places).filter((place) => place !== undefined).length;
  }

  /** `done`: whole messages, and those that made room; `repeated`: the part is known and need not be kept. */
  add(deliver: Deliver, part: Part, place?: Place): { done: Joined[]; repeated: boolean } {
    const key = [textOfAddress(deliver.from), part.bits, part.reference, part.total].join("|");
    const at = part.number - 1;
    const done = this.expired();
    if (this.recent().some((message) => message.key === key && isRedelivery(message.parts[at], deliver)))
      return { done, repeated: true };
    let message = this.waiting.find((other) => other.key === key);
    const known = message?.parts[at];
    if (message !== undefined && known !== undefined) {
      if (isSame(known, deliver)) return { done, repeated: !keepsPlace(message, at, place) };
      // The sender counted round: the earlier message will not be completed any more.
      done.push(...this.giveUp((other) => other === message));
      message = undefined;
    }
    message ??= this.begin(key, part.total, done);
    message.parts[at] = deliver;
    message.places[at] = place;
    message.since = this.options.now();
    if (!message.parts.includes(undefined)) done.push(this.complete(message));
    return { done, repeated: false };
  }

  /** What has waited too long. */
  expired(): Joined[] {
    return this.giveUp(({ since }) => since + this.options.waitMs <= this.options.now());
  }

  /** Everything that waits in a store, because the store is full. */
  giveUpStored(): Joined[] {
    return this.giveUp(({ places }) => places.some((place) => place !== undefined));
  }

  /** The modem was opened again: places may mean other messages now, and are learnt anew. */
  forgetPlaces(): void {
    for (const message of this.waiting) message.places.fill(undefined);
  }

  private begin(key: string, total: number, done: Joined[]): Waiting {
    if (this.waiting.length >= this.options.most) {
      const [oldest] = [...this.waiting].sort((one, other) => one.since - other.since);
      done.push(...this.giveUp((other) => other === oldest));
    }
    const parts = new Array<undefined>(total).fill(undefined);
    const message: Waiting = { key, parts, places: [...parts], since: 0 };
    this.waiting.push(message);
    return message;
  }

  private complete(message: Waiting): Joined {
    this.waiting = this.waiting.filter((other) => other !== message);
    this.joined = [...this.recent(), message].slice(-REMEMBERED);
    return joinedOf(message);
  }

  private recent(): Waiting[] {
    return this.joined.filter(({ since }) => since + this.options.waitMs > this.options.now());
  }

  private giveUp(which: (message: Waiting) => boolean): Joined[] {
    const given = this.waiting.filter(which);
    this.waiting = this.waiting.filter((message) => !given.includes(message));
    return given.map(joinedOf);
  }
}

/** A part that is read again from where it is known to be is no repetition; one whose place was not known has one now. */
function keepsPlace(message: Waiting, at: number, place: Place | undefined): boolean {
  if (place === undefined) return false;
  const known = message.places[at];
  message.places[at] ??= place;
  return known === undefined || (known.store === place.store && known.index === place.index);
}

function isSame(one: Deliver | undefined, other: Deliver): boolean {
  return one !== undefined && textOfUserData(one.userData) === textOfUserData(other.userData);
}

/** With a time stamp of its own it is a new message of a sender that counts no references. */
function isRedelivery(one: Deliver | undefined, other: Deliver): boolean {
  return isSame(one, other) && one?.sentAt?.getTime() === other.sentAt?.getTime();
}

function joinedOf({ parts, places }: Waiting): Joined {
  return { parts, places: places.filter((place) => place !== undefined) };
}
