import { GENERIC } from "./generic.js";
import { HUAWEI } from "./huawei.js";
import type { ModemProfile, ProfileName } from "./profile.js";
import { QUECTEL } from "./quectel.js";
import { SIM800 } from "./sim800.js";
import { SIM7600 } from "./sim7600.js";
import { TELIT } from "./telit.js";
import { UBLOX } from "./ublox.js";
import { ZTE } from "./zte.js";

export const PROFILES: Readonly<Record<ProfileName, ModemProfile>> = {
  generic: GENERIC,
  sim800: SIM800,
  sim7600: SIM7600,
  quectel: QUECTEL,
  huawei: HUAWEI,
  ublox: UBLOX,
  telit: TELIT,
  zte: ZTE,
};

/** The answers of +CGMI and +CGMM. */
export interface MakeAndModel {
  manufacturer: string;
  model: string;
}

/** The profile of a modem by what it says it is; `generic` for one that nobody knows. */
export function profileFor({ manufacturer, model }: MakeAndModel): ModemProfile {
  const name = `${manufacturer} ${model}`;
  return Object.values(PROFILES).find(({ identity }) => identity.test(name)) ?? PROFILES.generic;
}
