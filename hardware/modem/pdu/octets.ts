import { WorError } from "../../../process/errors.js";

/** A PDU that is not one. Every fault of the codec has this code, whatever bytes it was given. */
export function pduError(what: string): WorError {
  return new WorError("pdu", `not a valid SMS PDU: ${what}`);
}

/** Octets of a string of hexadecimal digits. */
export function octetsFromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) throw pduError("not an even number of hexadecimal digits");
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** Upper case, as TS 27.005 writes PDUs. */
export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex").toUpperCase();
}

/** Reads octets in order; reading past the end is a fault, never `undefined`. */
export class OctetReader {
  private position = 0;

  constructor(private readonly octets: Uint8Array) {}

  octet(): number {
    const value = this.octets[this.position];
    if (value === undefined) throw pduError(`ends after ${this.octets.length} octets`);
    this.position += 1;
    return value;
  }

  take(count: number): Uint8Array {
    if (this.position + count > this.octets.length) throw pduError(`ends after ${this.octets.length} octets`);
    this.position += count;
    return this.octets.subarray(this.position - count, this.position);
  }

  /** SIM records are filled up with 0xff, and some modems hand the filling out; anything else behind a PDU is a fault. */
  end(): void {
    if (this.octets.subarray(this.position).some((octet) => octet !== 0xff)) throw pduError("octets follow its end");
  }
}
