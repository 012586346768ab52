import type { Call } from "../calls/call.js";
import type { CallerLeg } from "../calls/caller-leg.js";

/** A terminal's account at a voice service, from its proxy login settings (21). */
export interface ProxyAccount {
  terminal: string;
  user: string;
  password: string;
}

/** Where a voice service hands in a call request. Undefined: that call id is in use. */
export type RequestCall = (leg: CallerLeg) => Call | undefined;
