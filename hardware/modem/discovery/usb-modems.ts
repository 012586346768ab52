/** What is known of the serial interfaces of a USB modem, by bInterfaceNumber. */
export interface UsbModem {
  vendor: string;
  /** Null: any of this vendor that is not in another row. */
  products: readonly string[] | null;
  title: string;
  /** Interfaces that answer AT, the one to use first; empty: not known, they are asked. */
  at: readonly number[];
  /** The one on which RING and +CMTI leave unless told otherwise (H52); null: not known. */
  urcs: number | null;
}

const QUECTEL = ["0121", "0125", "0191", "0195", "0296", "0306", "0512", "0800"];

/**
 * The first row that matches wins. No row for all of u-blox: it makes GNSS receivers too. Interfaces: udev rules of ModemManager (77-mm-{quectel,simtech,telit,ublox}-port-types)
 * and, for Huawei, https://wiki.archlinux.org/title/Huawei_E1550_3G_modem. Where unsolicited lines leave: modem-quirks
 * in docs/modems.md.
 */
export const USB_MODEMS: readonly UsbModem[] = [
  {
    vendor: "2c7c",
    products: QUECTEL,
    title: "Quectel EC2x, EG2x, EG9x, BG96",
    at: [2, 3],
    urcs: 2,
  },
  { vendor: "2c7c", products: null, title: "Quectel", at: [], urcs: null },
  {
    vendor: "1e0e",
    products: ["9001"],
    title: "SIMCom SIM7000, SIM7100, SIM7600",
    at: [2, 3],
    urcs: 2,
  },
  {
    vendor: "1e0e",
    products: ["9205", "9206"],
    title: "SIMCom SIM7070, SIM7080",
    at: [2],
    urcs: 2,
  },
  { vendor: "1e0e", products: null, title: "SIMCom", at: [], urcs: null },
  { vendor: "12d1", products: ["1001"], title: "Huawei E1750, E303", at: [2, 0], urcs: 2 },
  { vendor: "12d1", products: null, title: "Huawei", at: [], urcs: null },
  { vendor: "1546", products: ["1010"], title: "u-blox TOBY-L4", at: [6], urcs: null },
  {
    vendor: "1546",
    products: ["1102", "1107", "110a"],
    title: "u-blox LISA-U2, TOBY-R2, LARA-R2",
    at: [0, 2, 4],
    urcs: null,
  },
  { vendor: "1bc7", products: ["0021"], title: "Telit HE910, UE910, UL865", at: [0, 6], urcs: null },
  { vendor: "1bc7", products: null, title: "Telit", at: [], urcs: null },
  { vendor: "19d2", products: null, title: "ZTE", at: [], urcs: null },
];

/** Undefined: not a modem that we know, and never written to unasked: it may be a printer or a motor. */
export function usbModemOf(vendor: string, product: string): UsbModem | undefined {
  return USB_MODEMS.find((row) => row.vendor === vendor && (row.products?.includes(product) ?? true));
}
