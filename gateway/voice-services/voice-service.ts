import type { Call } from "../calls/call.js";
import type { CallerLeg } from "../calls/caller-leg.js";

/** A terminal's account at a voice service, from its proxy login settings (21). */
export interface ProxyAccount {
  terminal: string;
  user: string;
  password: string;
}

/**
 * Management server 12, as the gateway sees it: it logs in there in the terminal's place and gets the terminal's calls.
 * `login` and `logout` may be repeated; a call for a terminal that is not logged in never reaches the gateway.
 */
export interface VoiceService {
  login(account: ProxyAccount): Promise<boolean>;
  logout(terminal: string): void;
}

/** Where a voice service hands in a call request. Undefined: that call id is in use. */
export type RequestCall = (leg: CallerLeg) => Call | undefined;
