import { WorError } from "../../../process/errors.js";

/** More than any PDU or SIM record has (TS 31.102 clause 4.2.25: 176), so that garbage is refused before it is read. */
const MAX_OCTETS = 255;

/** A PDU that is not one. Every fault of the codec has this code, whatever bytes it was given. */
export function pduError(what: string): WorError {
  return new WorError("pdu", `not a valid SMS PDU: ${what}`);
}

/** Octets of a string of hexadecimal digits. */
export function octetsFromHex(hex: string): Uint8Array {
  if (hex.length > 2 * MAX_OCTETS) throw pduError(`${hex.length / 2} octets, at most ${MAX_OCTETS} are possible`);
  const wrong = hex.search(/[^0-9a-fA-F]/);
  if (wrong >= 0) throw pduError(`character ${wrong} is not a hexadecimal digit`);
  if (hex.length % 2 !== 0) throw pduError(`an odd number of hexadecimal digits (${hex.length})`);
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** Upper case, as TS 27.005 writes PDUs. */
export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex").toUpperCase();
}

/** Reads octets in order; reading past the end is a fault that says of what, never `undefined`. */
export class OctetReader {
  private position = 0;

  constructor(private readonly octets: Uint8Array) {}

  octet(what: string): number {
    return this.take(1, what)[0] ?? 0;
  }

  take(count: number, what: string): Uint8Array {
    const from = this.position;
    if (from + count > this.octets.length) {
      throw pduError(
        `${what} needs ${count} octets from octet ${from} on, but the PDU ends after ${this.octets.length}`,
      );
    }
    this.position += count;
    return this.octets.subarray(from, this.position);
  }

  /** SIM records are filled up with 0xff, and some modems hand the filling out. */
  get onlyFillingLeft(): boolean {
    return this.octets.subarray(this.position).every((octet) => octet === 0xff);
  }

  /** Anything but filling behind a PDU is a fault. */
  end(): void {
    if (this.onlyFillingLeft) return;
    throw pduError(`its ${this.position} octets are followed by ${this.octets.length - this.position} more`);
  }
}
