const QUARTER_HOUR_MS = 15 * 60_000;

/** TP-SCTS, TS 23.040 clause 9.2.3.11: seven octets of swapped digits, the last the zone in quarters of an hour. */
export function encodeTimestamp(date: Date): number[] {
  const fields = [
    date.getUTCFullYear() % 100,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    0,
  ];
  return fields.map((field) => ((field % 10) << 4) | Math.floor(field / 10));
}

/** Undefined for a time that cannot be: a service centre without a clock sends zeros. */
export function decodeTimestamp(octets: Uint8Array): Date | undefined {
  const zone = octets[6] ?? 0;
  const fields = [...octets.subarray(0, 6), zone & 0xf7].map((octet) => (octet & 0xf) * 10 + (octet >> 4));
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, quarters = 0] = fields;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = (zone & 0x08 ? -quarters : quarters) * QUARTER_HOUR_MS;
  return new Date(Date.UTC(2000 + year, month - 1, day, hour, minute, second) - offset);
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
