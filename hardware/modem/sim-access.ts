import { WorError } from "../../process/errors.js";
import type { AtCommand } from "./at-command.js";
import { isRefusal } from "./at-error.js";
import { enterPin, readRetries, readSim, STANDARD_RETRIES } from "./commands/sim.js";
import type { ModemTimes } from "./modem-times.js";
import type { ModemProfile } from "./profiles/profile.js";

type Run = <T>(command: AtCommand<T>) => Promise<T>;
type Waits = Pick<ModemTimes, "simWaitMs" | "simAskFirstMs" | "simAskMostMs">;

/** The last wrong PIN locks the SIM for good: somebody with a telephone shall enter that one. */
const LEAST_RETRIES = 2;
/** 14: busy; 515: the modem is (H37). */
const BUSY = /^(cme-14|cme-515|cms-314)$/;

/**
 * The SIM's PIN as configured, and what came of it; lives as long as the modem's owner, over all openings. A PIN whose
 * entry was refused, or not answered, is never entered again.
 */
export class SimPin {
  private tried: string | undefined;

  constructor(private readonly pin: string | undefined) {}

  /** @throws WorError `sim-locked`, `sim-<state>` or `cme-<n>`: why the SIM is of no use */
  async open(run: Run, profile: Pick<ModemProfile, "pinRetries">, times: Waits): Promise<void> {
    let state = await simState(run, times);
    if (state === "SIM PIN") {
      await this.enter(run, profile);
      state = await simState(run, times, (now) => now === "SIM PIN");
    }
    // The second PIN is for the SIM's phone book.
    if (!/^(READY|SIM P[IU][NK]2)$/.test(state)) throw simError(state);
    this.tried = undefined;
  }

  private async enter(run: Run, profile: Pick<ModemProfile, "pinRetries">): Promise<void> {
    const { pin } = this;
    if (pin === undefined) throw locked("the SIM wants its PIN, and none is configured");
    if (pin === this.tried) throw locked("the SIM refused the configured PIN: it is not entered again");
    const retries = await retriesLeft(run, profile);
    if (retries !== null && retries < LEAST_RETRIES)
      throw locked(
        `${retries} ${retries === 1 ? "try is" : "tries are"} left for the SIM's PIN: enter it in a telephone`,
      );
    // Before its fate is known: a modem that dies of it must not be given it again.
    this.tried = pin;
    await run(enterPin(pin)).catch((error: WorError) => {
      throw locked(`the SIM did not take the configured PIN: ${error.message}`, error);
    });
  }
}

/** `NOT INSERTED` is `sim-not-inserted`; any request for a code is `sim-locked`. */
export function simError(status: string): WorError {
  const code = /PIN|PUK/.test(status) ? "sim-locked" : `sim-${status.toLowerCase().replace(/\W+/g, "-")}`;
  return new WorError(code, `the SIM is not ready: ${status}`);
}

function locked(why: string, cause?: WorError): WorError {
  return new WorError("sim-locked", why, { cause });
}

/** Null if neither way of asking is answered with a number. */
async function retriesLeft(run: Run, { pinRetries }: Pick<ModemProfile, "pinRetries">): Promise<number | null> {
  for (const question of [STANDARD_RETRIES, ...(pinRetries === null ? [] : [pinRetries])]) {
    const retries = await run(readRetries(question)).catch((error: WorError) => {
      if (isRefusal(error)) return null;
      throw error;
    });
    if (retries !== null) return retries;
  }
  return null;
}

/** Asks until the SIM is not busy any more, or has been for too long. */
async function simState(run: Run, times: Waits, isTransient = (_: string) => false): Promise<string> {
  const end = performance.now() + times.simWaitMs;
  for (let wait = times.simAskFirstMs; ; wait = Math.min(wait * 2, times.simAskMostMs)) {
    const state = await run(readSim).catch((error: WorError) => error);
    const busy = typeof state === "string" ? state === "NOT READY" || isTransient(state) : BUSY.test(state.code);
    if (!busy || performance.now() + wait > end) {
      if (typeof state === "string") return state;
      throw state;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
