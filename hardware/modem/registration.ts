/** Circuit switched (calls), packet switched, LTE. */
export const DOMAINS = ["cs", "ps", "eps"] as const;
export type Domain = (typeof DOMAINS)[number];

export type Registration = "off" | "searching" | "denied" | "home" | "roaming" | "unknown";

// TS 27.007 clause 7.2 <stat>; 6 and 7 are "SMS only", which is enough to be woken.
const REGISTRATION: Readonly<Record<string, Registration>> = {
  "0": "off",
  "1": "home",
  "2": "searching",
  "3": "denied",
  "4": "unknown",
  "5": "roaming",
  "6": "home",
  "7": "roaming",
};

export function registrationOf(stat: string | undefined): Registration {
  return REGISTRATION[stat ?? ""] ?? "unknown";
}

export function isRegistered(registration: Registration): boolean {
  return registration === "home" || registration === "roaming";
}

/** Of several domains: one that is registered is enough to be woken; else what the first one says. */
export function bestRegistration(registrations: readonly Registration[]): Registration {
  return (
    registrations.find(isRegistered) ?? registrations.find((registration) => registration !== "unknown") ?? "unknown"
  );
}
