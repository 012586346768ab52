import { addressOf } from "../modem/pdu/address.js";
import { encodeDeliver } from "../modem/pdu/deliver.js";
import type { UserData } from "../modem/pdu/user-data.js";
import { Call, type CallParty } from "./calls.js";
import type { Clock } from "./clock.js";
import type { NetworkProfile } from "./network-profiles.js";
import { SmsCentre, type SmsRecipient } from "./sms-centre.js";

/** A registered mobile station. */
export type Subscriber = CallParty & SmsRecipient;

export const OPERATOR = {
  name: "Wake-on-Ring Lab",
  short: "WoR",
  plmn: "00101",
  area: "00C3",
  cell: "0000A1B2",
} as const;
export const SERVICE_CENTRE = "+491710760000";

/** The emulated network: who is registered, the calls between them, and the short message service centre. */
export class Plmn {
  private readonly registered = new Map<string, Subscriber>();
  private readonly sms: SmsCentre;

  constructor(
    private readonly profile: NetworkProfile,
    readonly clock: Clock,
    private readonly random: () => number,
  ) {
    this.sms = new SmsCentre(
      clock,
      () => this.wait("smsDeliver"),
      (number) => this.registered.get(number),
    );
  }

  /** How long this takes this time, in ms. */
  wait(what: keyof NetworkProfile): number {
    const [from, to] = this.profile[what];
    return Math.round(from + (to - from) * this.random());
  }

  register(subscriber: Subscriber): void {
    this.registered.set(subscriber.number, subscriber);
    this.sms.retry(subscriber.number);
  }

  deregister(subscriber: Subscriber): void {
    if (this.registered.get(subscriber.number) === subscriber) this.registered.delete(subscriber.number);
  }

  call(caller: CallParty, calledNumber: string): Call {
    const call = new Call(caller, calledNumber, this.clock);
    call.setUp(this.wait("callSetup"), this.wait("callUnreachable"), () => this.registered.get(calledNumber));
    return call;
  }

  /**
   * Takes a message for `to`; false if the service centre is full.
   * @throws WorError `pdu` if it fits into no message, by its text or its sender
   */
  submit(from: string, to: string, userData: UserData, validityMinutes: number | undefined): boolean {
    const deliver = {
      from: addressOf(from),
      userData,
      sentAt: new Date(this.clock.now()),
      serviceCentre: addressOf(SERVICE_CENTRE),
    };
    encodeDeliver(deliver);
    return this.sms.accept(to, deliver, validityMinutes);
  }

  /** The modem of `number` has room again. */
  memoryAvailable(number: string): void {
    this.sms.retry(number);
  }
}
