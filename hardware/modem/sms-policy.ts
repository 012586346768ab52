/** What a stored message is to us. `wake`: its text looks like a wake; `other`: somebody else's message to this SIM. */
export type SmsKind = "wake" | "other" | "report" | "outgoing" | "undecodable";

interface Handling {
  /** Handed to the owner's event. One that nobody listened to counts as not handled and is kept. */
  tell: boolean;
  after: "delete" | "keep";
  /** When the store fills up in spite of all: deleted in ascending order until there is room; those without never are. */
  purge?: number;
}

/** What happens to messages in the modem's stores, so that they never fill up (H41). */
export interface SmsPolicy {
  wake: RegExp;
  /** The part of a store that may be in use before what was kept is purged. */
  fullAt: number;
  kinds: Readonly<Record<SmsKind, Handling>>;
}

/** For terminal and bridge: everything is read, handed over, and then deleted. */
export const TAKE_ALL: SmsPolicy = {
  wake: /^WOR/,
  fullAt: 0.8,
  kinds: {
    wake: { tell: true, after: "delete" },
    other: { tell: true, after: "delete", purge: 3 },
    report: { tell: true, after: "delete", purge: 2 },
    outgoing: { tell: false, after: "keep", purge: 1 },
    undecodable: { tell: false, after: "delete", purge: 0 },
  },
};

/** For diagnosis: what is stored is somebody else's and stays. */
export const LEAVE_ALL: SmsPolicy = {
  ...TAKE_ALL,
  kinds: {
    wake: { tell: false, after: "keep" },
    other: { tell: false, after: "keep" },
    report: { tell: false, after: "keep" },
    outgoing: { tell: false, after: "keep" },
    undecodable: { tell: false, after: "keep" },
  },
};
