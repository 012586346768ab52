const QUARTER_HOUR_MINUTES = 15;
const MINUTE_MS = 60_000;
const MAX_ZONE_QUARTERS = 14 * 4;

export interface ZonedTime {
  at: Date;
  /** East of UTC, as the sender of the time wrote it. */
  zoneMinutes: number;
}

/** TP-SCTS, TS 23.040 clause 9.2.3.11: seven octets of swapped digits, the last the zone in quarters of an hour. */
export function encodeTimestamp(date: Date, zoneMinutes = 0): number[] {
  const local = new Date(date.getTime() + zoneMinutes * MINUTE_MS);
  const quarters = Math.round(Math.abs(zoneMinutes) / QUARTER_HOUR_MINUTES);
  const fields = [
    local.getUTCFullYear() % 100,
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ];
  return [...fields.map(swappedDigits), swappedDigits(quarters) | (zoneMinutes < 0 ? 0x08 : 0)];
}

/** Undefined for a time that cannot be: a service centre without a clock sends zeros. */
export function decodeZonedTime(octets: Uint8Array): ZonedTime | undefined {
  const [year, month, day, hour, minute, second] = [...octets.subarray(0, 6)].map(numberOf);
  if (year === undefined || !month || !day || hour === undefined || minute === undefined || second === undefined)
    return undefined;
  if (month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  const local = new Date(Date.UTC(2000 + year, month - 1, day, hour, minute, second));
  if (local.getUTCDate() !== day) return undefined;
  const zoneMinutes = zoneOf(octets[6] ?? 0);
  return { at: new Date(local.getTime() - zoneMinutes * MINUTE_MS), zoneMinutes };
}

export function decodeTimestamp(octets: Uint8Array): Date | undefined {
  return decodeZonedTime(octets)?.at;
}

/** The sign is bit 3 of the tens; a zone that cannot be is none. */
function zoneOf(octet: number): number {
  const quarters = numberOf(octet & 0xf7);
  if (quarters === undefined || quarters > MAX_ZONE_QUARTERS) return 0;
  return (octet & 0x08 ? -quarters : quarters) * QUARTER_HOUR_MINUTES || 0;
}

function swappedDigits(value: number): number {
  return ((value % 10) << 4) | Math.floor(value / 10);
}

function numberOf(octet: number): number | undefined {
  const [tens, units] = [octet & 0xf, octet >> 4];
  return tens > 9 || units > 9 ? undefined : tens * 10 + units;
}

const DAY_MINUTES = 24 * 60;

// TP-VP relative, TS 23.040 clause 9.2.3.12.1: up to value `last`, `(value - minus) * step + plus` minutes.
const VALIDITY = [
  { first: 0, last: 143, minus: -1, step: 5, plus: 0 },
  { first: 144, last: 167, minus: 143, step: 30, plus: DAY_MINUTES / 2 },
  { first: 168, last: 196, minus: 166, step: DAY_MINUTES, plus: 0 },
  { first: 197, last: 255, minus: 192, step: 7 * DAY_MINUTES, plus: 0 },
] as const;

/** The shortest period that can be written and is not shorter than `minutes`; at most 63 weeks. */
export function encodeValidity(minutes: number): number {
  for (const { first, last, minus, step, plus } of VALIDITY) {
    const value = Math.max(first, Math.ceil((minutes - plus) / step) + minus);
    if (value <= last) return value;
  }
  return 255;
}

export function decodeValidity(value: number): number {
  const row = VALIDITY.find(({ last }) => value <= last) ?? VALIDITY[3];
  return (value - row.minus) * row.step + row.plus;
}

/** TP-VP enhanced, clause 9.2.3.12.3: minutes, undefined if none is written or its form is reserved. */
export function decodeEnhancedValidity(octets: Uint8Array): number | undefined {
  const [form = 0, first = 0] = octets;
  switch (form & 0x07) {
    case 1:
      return decodeValidity(first);
    case 2:
      return first / 60;
    case 3: {
      const [hours, minutes, seconds] = [...octets.subarray(1, 4)].map(numberOf);
      if (hours === undefined || minutes === undefined || seconds === undefined) return undefined;
      return hours * 60 + minutes + seconds / 60;
    }
    default:
      return undefined;
  }
}
