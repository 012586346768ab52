import { textOfAddress } from "../modem/pdu/address.js";
import { type Deliver, encodeDeliver } from "../modem/pdu/deliver.js";
import { textOfUserData } from "../modem/pdu/user-data.js";
import { OPERATOR } from "./plmn.js";
import type { ModemSettings } from "./settings.js";

/** <AcT> of TS 27.007 clause 7.3. */
export const LTE = 7;

interface WithSettings {
  settings: Pick<ModemSettings, "charset" | "textMode">;
}

/** A string as AT+CSCS wants it; UCS2 makes every string hexadecimal (TS 27.007 clause 5.5). */
export function encoded({ settings }: WithSettings, text: string): string {
  return settings.charset === "UCS2" ? Buffer.from(text, "utf16le").swap16().toString("hex").toUpperCase() : text;
}

export function quoted(modem: WithSettings, text: string): string {
  return `"${encoded(modem, text)}"`;
}

/** A string parameter read as AT+CSCS says. */
export function decoded({ settings }: WithSettings, text: string): string {
  const isHex = text.length % 4 === 0 && /^[0-9A-Fa-f]+$/.test(text);
  return settings.charset === "UCS2" && isHex ? Buffer.from(text, "hex").swap16().toString("utf16le") : text;
}

/** TS 24.008 clause 10.5.4.7: 145 international, 129 unknown. */
export function typeOfNumber(number: string): number {
  return number.startsWith("+") ? 145 : 129;
}

/** `26/11/23,03:40:00+00`, TS 27.007 clause 8.15. */
export function clockText(date: Date): string {
  return `${date.toISOString().slice(2, 19).replaceAll("-", "/").replace("T", ",")}+00`;
}

/** +CMT in the mode of AT+CMGF (TS 27.005 clause 3.4.1). */
export function incomingMessage(modem: WithSettings, deliver: Deliver): string {
  if (!modem.settings.textMode) {
    const { hex, length } = encodeDeliver(deliver);
    return `+CMT: ,${length}\r\n${hex}`;
  }
  return `+CMT: ${senderAndTime(modem, deliver)}\r\n${encoded(modem, textOfUserData(deliver.userData))}`;
}

/** `<oa>,<alpha>,<scts>` of text mode. */
export function senderAndTime(modem: WithSettings, deliver: Deliver): string {
  return `${quoted(modem, textOfAddress(deliver.from))},,"${clockText(deliver.sentAt ?? new Date(0))}"`;
}

/** Area, cell and technology after the status, where n = 2 asks for them (TS 27.007 clause 7.2 and 10.1.20). */
export function whereabouts({ registered }: { registered: boolean }, n: number, technology: boolean): string {
  if (n !== 2 || !registered) return "";
  return `,"${OPERATOR.area}","${OPERATOR.cell}"${technology ? `,${LTE}` : ""}`;
}
