import type { Deliver } from "../modem/pdu/deliver.js";

export interface StoredSms {
  index: number;
  read: boolean;
  deliver: Deliver;
}

export const STORE_NAMES = ["SM", "ME"] as const;
export type StoreName = (typeof STORE_NAMES)[number];

/** A message store of a modem: numbered places, of which the lowest free one is taken next (TS 27.005 clause 3.1). */
export class SmsStore {
  private readonly places: (StoredSms | undefined)[] = [];

  constructor(readonly capacity: number) {}

  get used(): number {
    return this.list().length;
  }

  get full(): boolean {
    return this.used >= this.capacity;
  }

  /** The place it was put, from 1, or undefined if the store is full. */
  add(deliver: Deliver): number | undefined {
    for (let index = 1; index <= this.capacity; index += 1) {
      if (this.places[index] !== undefined) continue;
      this.places[index] = { index, read: false, deliver };
      return index;
    }
    return undefined;
  }

  get(index: number): StoredSms | undefined {
    return this.places[index];
  }

  list(): StoredSms[] {
    return this.places.filter((place) => place !== undefined);
  }

  delete(index: number): void {
    this.places[index] = undefined;
  }
}
