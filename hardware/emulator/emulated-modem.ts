import type { Deliver } from "../modem/pdu/deliver.js";
import type { UserData } from "../modem/pdu/user-data.js";
import type { Call, CallEnd } from "./calls.js";
import { newCounters } from "./counters.js";
import { PacketData } from "./packet-data.js";
import type { Plmn, Subscriber } from "./plmn.js";
import { factorySettings } from "./settings.js";
import { SmsStore } from "./sms-store.js";
import { incomingMessage, typeOfNumber, whereabouts } from "./unsolicited.js";

export interface ModemSpec {
  name: string;
  tel: string;
  /** Counts the modems of one network from 1: makes IMSI, IMEI and address. */
  serial: number;
}

/** What happens in a modem without being asked for. */
export interface ModemListener {
  unsolicited(line: string): void;
  /** The modem restarted or lost its power: half a command line, and the prompt, are gone. */
  reset(): void;
  data(active: boolean): void;
}

export type Registration = 0 | 1 | 2;

const RING_INTERVAL_MS = 3_000;
const STORE_CAPACITY = 30;

/** A mobile station: SIM, stores, settings and the state of its one call; commands act on it, the network offers to it. */
export class EmulatedModem implements Subscriber {
  settings = factorySettings();
  readonly counters = newCounters();
  readonly stores = { SM: new SmsStore(STORE_CAPACITY), ME: new SmsStore(STORE_CAPACITY) };
  readonly data: PacketData;
  powered = true;
  simInserted = true;
  /** AT+CFUN: 1 is full, 0 and 4 have no radio. */
  functionality = 1;
  registration: Registration = 0;
  call: Call | undefined;
  private messageReference = 0;
  private cancelRing: () => void = () => {};
  private cancelRegistration: () => void = () => {};
  private cancelRestart: () => void = () => {};

  constructor(
    readonly spec: ModemSpec,
    readonly plmn: Plmn,
    private readonly listener: ModemListener,
  ) {
    this.data = new PacketData(spec.serial, (active) => this.listener.data(active));
  }

  get number(): string {
    return this.spec.tel;
  }

  get registered(): boolean {
    return this.registration === 1;
  }

  /** The modem has been on for long: it is registered at once. */
  start(): void {
    this.setRegistration(1);
    this.plmn.register(this);
  }

  setPower(on: boolean): void {
    if (on === this.powered) return;
    if (!on) this.tell("POWERED DOWN");
    this.powered = on;
    this.settings = factorySettings();
    this.functionality = 1;
    this.listener.reset();
    if (on) for (const line of ["RDY", "+CFUN: 1", ...this.simLines()]) this.tell(line);
    this.updateRadio();
  }

  setSim(inserted: boolean): void {
    if (inserted === this.simInserted) return;
    this.simInserted = inserted;
    for (const line of this.simLines()) this.tell(line);
    this.updateRadio();
  }

  setFunctionality(value: number, restart: boolean): void {
    this.functionality = value;
    this.updateRadio();
    // After the OK of the command.
    if (restart) this.cancelRestart = this.plmn.clock.after(0, () => this.restart());
  }

  private restart(): void {
    this.setPower(false);
    this.setPower(true);
  }

  private simLines(): string[] {
    return [this.simInserted ? "+CPIN: READY" : "+CPIN: NOT INSERTED"];
  }

  private updateRadio(): void {
    const possible = this.powered && this.simInserted && this.functionality === 1;
    if (possible === this.registration > 0) return;
    this.cancelRegistration();
    if (possible) {
      this.setRegistration(2);
      this.cancelRegistration = this.plmn.clock.after(this.plmn.wait("register"), () => this.start());
      return;
    }
    this.call?.hangUp(this);
    this.data.deactivateAll();
    this.plmn.deregister(this);
    this.setRegistration(0);
  }

  private setRegistration(registration: Registration): void {
    if (registration === this.registration) return;
    this.registration = registration;
    const { registrationCs, registrationPs, registrationEps } = this.settings;
    if (registrationCs > 0) this.tell(`+CREG: ${registration}${whereabouts(this, registrationCs, false)}`);
    if (registrationPs > 0) this.tell(`+CGREG: ${registration}${whereabouts(this, registrationPs, true)}`);
    if (registrationEps > 0) this.tell(`+CEREG: ${registration}${whereabouts(this, registrationEps, true)}`);
  }

  dial(number: string): void {
    this.counters.callsMade += 1;
    this.call = this.plmn.call(this, number);
  }

  hangUp(): void {
    this.call?.hangUp(this);
  }

  offer(call: Call): boolean {
    if (this.call !== undefined) return false;
    this.call = call;
    this.counters.callsReceived += 1;
    this.ring(call);
    return true;
  }

  private ring(call: Call): void {
    if (this.call !== call || call.stage === "active") return;
    this.tell(this.settings.cringFormat ? "+CRING: VOICE" : "RING");
    if (this.settings.clip) {
      const from = call.caller.number;
      // TS 27.007 clause 7.11: CLI validity 1 is "withheld". The number is digits whatever AT+CSCS says: ModemManager,
      // which works in UCS2, takes it as it is.
      this.tell(from === "" ? '+CLIP: "",128,,,,1' : `+CLIP: "${from}",${typeOfNumber(from)},"",0,"",0`);
    }
    this.cancelRing = this.plmn.clock.after(RING_INTERVAL_MS, () => this.ring(call));
  }

  ended(call: Call, why: CallEnd): void {
    if (this.call !== call) return;
    this.call = undefined;
    this.cancelRing();
    if (why !== "hung-up") this.tell(why.replace("-", " ").toUpperCase());
  }

  /** Hands a message to the network; its reference, or undefined if the service centre is full. */
  submit(to: string, userData: UserData, validityMinutes: number | undefined): number | undefined {
    if (!this.plmn.submit(this.number, to, userData, validityMinutes)) return undefined;
    this.counters.smsSent += 1;
    this.messageReference = (this.messageReference + 1) % 256;
    return this.messageReference;
  }

  take(deliver: Deliver): boolean {
    const [, mt] = this.settings.indications;
    if (mt === 2) this.tell(incomingMessage(this, deliver));
    else {
      const store = this.settings.stores[2];
      const index = this.stores[store].add(deliver);
      if (index === undefined) return false;
      if (mt !== 0) this.tell(`+CMTI: "${store}",${index}`);
    }
    this.counters.smsReceived += 1;
    return true;
  }

  close(): void {
    this.call?.hangUp(this);
    this.cancelRing();
    this.cancelRegistration();
    this.cancelRestart();
    this.data.deactivateAll();
    this.plmn.deregister(this);
  }

  private tell(line: string): void {
    if (this.powered) this.listener.unsolicited(line);
  }
}
