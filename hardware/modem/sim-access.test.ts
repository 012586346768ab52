import { describe, expect, test } from "@jest/globals";
import { WorError } from "../../process/errors.js";
import type { AtCommand } from "./at-command.js";
import { PROFILES } from "./profiles/profiles.js";
import { SimPin } from "./sim-access.js";

const TIMES = { simWaitMs: 60, simAskFirstMs: 5, simAskMostMs: 10 };
const PIN = "1234";

interface Sim {
  /** The answers to AT+CPIN?, the last one for ever; an error's code, or a state. */
  states: string[];
  /** Of the right PIN. */
  pin?: string;
  /** As +CPINR and the make's own question tell them; undefined: refused. */
  retries?: number | undefined;
  vendorRetries?: string;
}

function sim({ states, pin = PIN, retries, vendorRetries }: Sim) {
  const written: string[] = [];
  const answer = (text: string): string[] => {
    const [state = ""] = states;
    if (text === "AT+CPIN?") {
      if (states.length > 1) states.shift();
      if (/^(cme|cms)-/.test(state)) throw new WorError(state, "refused");
      return [`+CPIN: ${state}`];
    }
    if (text.startsWith("AT+CPINR") && retries !== undefined) return [`+CPINR: SIM PIN,${retries},3`];
    if (text === "AT+SPIC" && vendorRetries !== undefined) return [vendorRetries];
    if (text === `AT+CPIN="${pin}"`) {
      states.splice(0, states.length, "SIM PIN", "READY");
      return [];
    }
    throw new WorError(text.startsWith("AT+CPIN=") ? "cme-16" : "at-error", "refused");
  };
  const run = async <T>(command: AtCommand<T>): Promise<T> => {
    written.push(command.text);
    return command.parse(answer(command.text));
  };
  const open = (access: SimPin) =>
    access.open(run, PROFILES.sim800, TIMES).then(
      () => "open",
      (error: WorError) => error.code,
    );
  return { open, entered: () => written.filter((text) => text.startsWith("AT+CPIN=")) };
}

describe("a SIM without a PIN", () => {
  test.each([
    ["ready", ["READY"], "open"],
    ["H37 busy, then ready", ["cme-14", "cme-515", "NOT READY", "READY"], "open"],
    ["H37 busy for too long", ["cme-14"], "cme-14"],
    ["never ready", ["NOT READY"], "sim-not-ready"],
    ["none", ["cme-10"], "cme-10"],
    ["none, in other words", ["NOT INSERTED"], "sim-not-inserted"],
    ["only its phone book is locked", ["SIM PIN2"], "open"],
    ["locked for good, or nearly", ["SIM PUK"], "sim-locked"],
  ])("%s", async (_, states, outcome) => {
    expect(await sim({ states }).open(new SimPin(PIN))).toBe(outcome);
  });
});

describe("the PIN", () => {
  test("is entered, and the SIM waited for", async () => {
    const { open, entered } = sim({ states: ["SIM PIN"], retries: 3 });
    expect(await open(new SimPin(PIN))).toBe("open");
    expect(entered()).toEqual(['AT+CPIN="1234"']);
  });

  test.each([
    ["is not configured", undefined, {}],
    ["has only one try left", PIN, { retries: 1 }],
    ["has none left", PIN, { retries: 0 }],
    ["has one left, as the make's own command tells", PIN, { vendorRetries: "+SPIC: 1,10,0,10" }],
  ])("is not entered if it %s", async (_, pin, retries) => {
    const { open, entered } = sim({ states: ["SIM PIN"], ...retries });
    expect(await open(new SimPin(pin))).toBe("sim-locked");
    expect(entered()).toEqual([]);
  });

  test.each([
    ["told", { retries: 3 }],
    ["not told", {}],
  ])("that is wrong is entered once, with the tries left %s", async (_, retries) => {
    const { open, entered } = sim({ states: ["SIM PIN"], pin: "9999", ...retries });
    const access = new SimPin(PIN);
    for (let opening = 0; opening < 5; opening += 1) expect(await open(access)).toBe("sim-locked");
    expect(entered()).toEqual(['AT+CPIN="1234"']);
  });

  test("that was right is entered again after the SIM was pulled", async () => {
    const { open, entered } = sim({ states: ["SIM PIN"] });
    const access = new SimPin(PIN);
    expect(await open(access)).toBe("open");
    const again = sim({ states: ["SIM PIN"] });
    expect(await again.open(access)).toBe("open");
    expect([...entered(), ...again.entered()]).toHaveLength(2);
  });

  test("that is no PIN is not sent", async () => {
    const { open, entered } = sim({ states: ["SIM PIN"] });
    expect(await open(new SimPin('1"+CFUN=0'))).toBe("pin");
    expect(entered()).toEqual([]);
  });
});
