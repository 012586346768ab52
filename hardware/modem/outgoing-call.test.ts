import { describe, expect, test } from "@jest/globals";
import { WorError } from "../../process/errors.js";
import type { AtCommand } from "./at-command.js";
import { OutgoingCall, type OutgoingCallOptions } from "./outgoing-call.js";

const OPTIONS: OutgoingCallOptions = { hangUp: ["AT+CHUP", "ATH"], activeBeforeAnswer: false };
const ALERTING = '+CLCC: 1,0,3,0,0,"+15550100",145';
const ACTIVE = '+CLCC: 1,0,0,0,0,"+15550100",145';

/** A modem with one call; `ends`: the commands that really end it, `refuses`: those that it does not know. */
function modem(ends: string[], refuses: string[] = [], listed = ALERTING) {
  const written: string[] = [];
  let ringing = false;
  const run = async <T>(command: AtCommand<T>): Promise<T> => {
    written.push(command.text);
    if (refuses.includes(command.text)) throw new WorError("at-error", "refused");
    if (command.text.startsWith("ATD")) ringing = true;
    if (ends.includes(command.text)) ringing = false;
    return command.parse(command.text === "AT+CLCC" && ringing ? [listed] : []);
  };
  const hangUps = () => written.filter((text) => OPTIONS.hangUp.some((command) => command === text));
  return { run, hangUps };
}

describe("hanging up", () => {
  test.each([
    ["the first command ends it", ["AT+CHUP"], [], ["AT+CHUP"]],
    ["the first one is not known", ["ATH"], ["AT+CHUP"], ["AT+CHUP", "ATH"]],
    ["the first one is taken, and the call rings on", ["ATH"], [], ["AT+CHUP", "ATH"]],
  ])("%s", async (_, ends, refuses, expected) => {
    const { run, hangUps } = modem(ends, refuses);
    const call = new OutgoingCall(run, OPTIONS);
    await call.dial("+15550100", 1_000);
    await call.hangUp();
    expect(hangUps()).toEqual(expected);
    expect(await call.ended).toBe("hung-up");
  });

  test("in the order of the profile", async () => {
    const { run, hangUps } = modem(["ATH"]);
    const call = new OutgoingCall(run, { ...OPTIONS, hangUp: ["ATH", "AT+CHUP"] });
    await call.dial("+15550100", 1_000);
    await call.hangUp();
    expect(hangUps()).toEqual(["ATH"]);
  });

  test("the make's own line about it is no other end", async () => {
    const { run } = modem(["AT+CHUP"]);
    const call = new OutgoingCall((command) => {
      if (command.text === "AT+CHUP") call.endSoon();
      return run(command);
    }, OPTIONS);
    await call.dial("+15550100", 1_000);
    await call.hangUp();
    expect(await call.ended).toBe("hung-up");
  });
});

test("the make's own line says that it is over; the result code behind it says why", async () => {
  const { run } = modem([]);
  const call = new OutgoingCall(run, OPTIONS);
  await call.dial("+15550100", 1_000);
  call.endSoon();
  call.end("busy");
  expect(await call.ended).toBe("busy");
});

test("without a result code behind it, the call is over all the same", async () => {
  const { run } = modem([]);
  const call = new OutgoingCall(run, OPTIONS);
  await call.dial("+15550100", 1_000);
  call.endSoon();
  expect(await call.ended).toBe("no-carrier");
});

test("active is an answer, except of a modem that says so while it rings", async () => {
  const answered = new OutgoingCall(modem(["AT+CHUP"], [], ACTIVE).run, OPTIONS);
  await answered.dial("+15550100", 1_000);
  expect(await answered.ended).toBe("answered");

  const ringing = new OutgoingCall(modem(["AT+CHUP"], [], ACTIVE).run, { ...OPTIONS, activeBeforeAnswer: true });
  await ringing.dial("+15550100", 1_000);
  expect(ringing.over).toBe(false);
  await ringing.hangUp();
  expect(await ringing.ended).toBe("hung-up");
});
