/** Every wait of a modem, in ms. */
export interface ModemTimes {
  /** A modem that is asked nothing is asked AT so often: a hang-up may come without any event. */
  keepAliveMs: number;
  /** After its deadline a command keeps the line for so long before the modem counts as hung. */
  hangMs: number;
  /** Rest between a final result and the next command, for modems that need 20 ms. */
  restMs: number;
  nodeCheckMs: number;
  registrationPollMs: number;
  /** How long +CLIP may come after RING. */
  clipWaitMs: number;
  /** Without RING for so long, ringing is over. */
  gapMs: number;
  /** How often a ringing modem is asked whether it still rings. */
  pollMs: number;
  /** Reopening: doubling from `first` to `most`. */
  reopenFirstMs: number;
  reopenMostMs: number;
  /** How long closing may take to hang up. */
  closeMs: number;
}

export const MODEM_TIMES: ModemTimes = {
  keepAliveMs: 30_000,
  hangMs: 10_000,
  restMs: 0,
  nodeCheckMs: 5_000,
  registrationPollMs: 2_000,
  clipWaitMs: 1_000,
  gapMs: 12_000,
  pollMs: 2_000,
  reopenFirstMs: 250,
  reopenMostMs: 10_000,
  closeMs: 1_000,
};
