/** From and to, in ms; a wait is drawn evenly between them. */
export type Spread = readonly [number, number];

export interface NetworkProfile {
  /** ATD until the called modem alerts, and until an unreachable one is given up. */
  callSetup: Spread;
  callUnreachable: Spread;
  /** AT+CMGS until the service centre has taken the message, and from there until the recipient has it. */
  smsSubmit: Spread;
  smsDeliver: Spread;
  /** AT+CGACT=1 until the address is there. */
  dataActivate: Spread;
  dataDeactivate: Spread;
  /** Power on or SIM in until registered. */
  register: Spread;
}

/** `field` has the figures of a good day on an LTE network, `lab` none at all. */
export const NETWORK_PROFILES = {
  lab: {
    callSetup: [0, 0],
    callUnreachable: [0, 0],
    smsSubmit: [0, 0],
    smsDeliver: [0, 0],
    dataActivate: [0, 0],
    dataDeactivate: [0, 0],
    register: [0, 0],
  },
  field: {
    callSetup: [1_800, 3_200],
    callUnreachable: [4_000, 8_000],
    smsSubmit: [900, 1_800],
    smsDeliver: [2_600, 5_000],
    dataActivate: [900, 2_100],
    dataDeactivate: [100, 400],
    register: [2_000, 6_000],
  },
} as const satisfies Record<string, NetworkProfile>;

export type NetworkName = keyof typeof NETWORK_PROFILES;
