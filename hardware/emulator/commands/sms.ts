import { addressOf, textOfAddress } from "../../modem/pdu/address.js";
import { encodeDeliver } from "../../modem/pdu/deliver.js";
import { septetsOf } from "../../modem/pdu/gsm7.js";
import { decodeSubmit } from "../../modem/pdu/submit.js";
import { textOfUserData, type UserData, userDataOf } from "../../modem/pdu/user-data.js";
import { type Answer, CME, CMS, OK } from "../answer.js";
import { ACCEPTED, type CommandTable, numberSetting } from "../command-table.js";
import type { EmulatedModem } from "../emulated-modem.js";
import { SERVICE_CENTRE } from "../plmn.js";
import { STORE_NAMES, type StoredSms, type StoreName } from "../sms-store.js";
import { decoded, encoded, quoted, senderAndTime, typeOfNumber } from "../unsolicited.js";

const STORES = `(${STORE_NAMES.map((name) => `"${name}"`).join(",")})`;
const CNMI_MOST = [2, 3, 3, 2, 1] as const;
// TS 27.005 clause 3.1 <stat>: which of ours each value of AT+CMGL lists; nothing is ever "stored to send".
const LISTS: Readonly<Record<string, (sms: StoredSms) => boolean>> = {
  "0": ({ read }) => !read,
  "1": ({ read }) => read,
  "2": () => false,
  "3": () => false,
  "4": () => true,
  "REC UNREAD": ({ read }) => !read,
  "REC READ": ({ read }) => read,
  "STO UNSENT": () => false,
  "STO SENT": () => false,
  ALL: () => true,
};

/** TS 27.005: messages. */
export const SMS_COMMANDS: CommandTable = {
  "+CMGF": { ...numberSetting("+CMGF", "textMode", 1), test: ["+CMGF: (0,1)"] },
  "+CSMS": {
    set: (modem, [value = ""]) => {
      if (value !== "0" && value !== "1") return { cms: CMS.notSupported };
      modem.settings.smsService = Number(value);
      return ["+CSMS: 1,1,1"];
    },
    read: (modem) => [`+CSMS: ${modem.settings.smsService},1,1,1`],
    test: ["+CSMS: (0,1)"],
  },
  "+CSCA": {
    set: [],
    read: (modem) => [`+CSCA: ${quoted(modem, SERVICE_CENTRE)},${typeOfNumber(SERVICE_CENTRE)}`],
    test: [],
    needs: "sim",
    messages: true,
  },
  "+CSMP": { set: [], read: ["+CSMP: 17,167,0,0"], test: [] },
  "+CSDH": numberSetting("+CSDH", "textDetails", 1),
  "+CSCB": { set: [], read: ['+CSCB: 0,"",""'], test: ["+CSCB: (0,1)"] },
  "+CMMS": { set: [], read: ["+CMMS: 0"], test: ["+CMMS: (0-2)"] },
  "+CSAS": ACCEPTED,
  "+CNMI": {
    set: (modem, args) => {
      const [mode, mt, bm, ds, bfr] = CNMI_MOST.map((_, index) => args[index] || modem.settings.indications[index]).map(
        Number,
      );
      const next = [mode ?? 0, mt ?? 0, bm ?? 0, ds ?? 0, bfr ?? 0] as [number, number, number, number, number];
      if (next.some((value, index) => !(value <= (CNMI_MOST[index] ?? 0)))) return { cms: CMS.notAllowed };
      modem.settings.indications = next;
      return OK;
    },
    read: (modem) => [`+CNMI: ${modem.settings.indications.join(",")}`],
    test: ["+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)"],
  },
  "+CPMS": {
    set: (modem, names) => {
      const chosen = names.map((name) => STORE_NAMES.find((known) => known === decoded(modem, name)));
      if (chosen.length === 0 || chosen.length > 3 || chosen.includes(undefined)) return { cms: CMS.notAllowed };
      modem.settings.stores = modem.settings.stores.map((now, index) => chosen[index] ?? now) as [
        StoreName,
        StoreName,
        StoreName,
      ];
      return [`+CPMS: ${modem.settings.stores.map((name) => fill(modem, name)).join(",")}`];
    },
    read: (modem) => [`+CPMS: ${modem.settings.stores.map((name) => `"${name}",${fill(modem, name)}`).join(",")}`],
    test: [`+CPMS: ${STORES},${STORES},${STORES}`],
    needs: "sim",
    messages: true,
  },
  "+CMGL": {
    exec: (modem) => list(modem, modem.settings.textMode ? "REC UNREAD" : "0"),
    set: (modem, [which = ""]) => list(modem, which.toUpperCase()),
    test: ["+CMGL: (0-4)"],
    needs: "sim",
    messages: true,
  },
  "+CMGR": { set: (modem, [index = ""]) => read(modem, Number(index)), test: [], needs: "sim", messages: true },
  "+CMGD": {
    set: (modem, [index = "", which = "0"]) => remove(modem, Number(index), Number(which)),
    test: (modem) => [
      `+CMGD: (${selected(modem)
        .list()
        .map((sms) => sms.index)
        .join(",")}),(0-4)`,
    ],
    needs: "sim",
    messages: true,
  },
  "+CMGS": {
    set: (modem, args) => (modem.settings.textMode ? sendText(modem, args) : sendPdu(modem, args)),
    test: [],
    needs: "network",
    messages: true,
  },
};

function selected(modem: EmulatedModem) {
  return modem.stores[modem.settings.stores[0]];
}

function fill(modem: EmulatedModem, name: StoreName): string {
  return `${modem.stores[name].used},${modem.stores[name].capacity}`;
}

function list(modem: EmulatedModem, which: string): Answer {
  const wanted = LISTS[which];
  if (wanted === undefined) return { cms: CMS.notAllowed };
  return selected(modem)
    .list()
    .filter(wanted)
    .flatMap((sms) => shown(modem, sms, "+CMGL"));
}

function read(modem: EmulatedModem, index: number): Answer {
  const sms = selected(modem).get(index);
  return sms === undefined ? { cms: CMS.invalidIndex } : shown(modem, sms, "+CMGR");
}

/** Reading marks as read (TS 27.005 clause 3.4.3). */
function shown(modem: EmulatedModem, sms: StoredSms, command: "+CMGL" | "+CMGR"): string[] {
  const index = command === "+CMGL" ? `${sms.index},` : "";
  const status = sms.read ? 1 : 0;
  sms.read = true;
  if (!modem.settings.textMode) {
    const { hex, length } = encodeDeliver(sms.deliver);
    return [`${command}: ${index}${status},,${length}`, hex];
  }
  const statusText = status === 1 ? "REC READ" : "REC UNREAD";
  const text = encoded(modem, textOfUserData(sms.deliver.userData)).replaceAll("\n", "\r\n");
  return [`${command}: ${index}"${statusText}",${senderAndTime(modem, sms.deliver)}`, text];
}

// TS 27.005 clause 3.5.4 <delflag>: one, read, read and sent, read and all stored, all.
function remove(modem: EmulatedModem, index: number, flag: number): Answer {
  const store = selected(modem);
  if (flag === 0) {
    if (!(index >= 1 && index <= store.capacity)) return { cms: CMS.invalidIndex };
    store.delete(index);
  } else for (const sms of store.list()) if (flag === 4 || sms.read) store.delete(sms.index);
  modem.plmn.memoryAvailable(modem.number);
  return OK;
}

function sendPdu(modem: EmulatedModem, [length = ""]: string[]): Answer {
  if (!/^\d{1,3}$/.test(length)) return { cms: CMS.pduParameter };
  return {
    prompt: (text) => {
      try {
        const submit = decodeSubmit(text.trim());
        if (submit.length !== Number(length)) return { cms: CMS.pduParameter };
        const { validityMinutes, validUntil } = submit;
        const left = validUntil && Math.max(0, (validUntil.getTime() - modem.plmn.clock.now()) / 60_000);
        return submitted(modem, textOfAddress(submit.to), submit.userData, validityMinutes ?? left);
      } catch {
        return { cms: CMS.pduParameter };
      }
    },
  };
}

function sendText(modem: EmulatedModem, [number = ""]: string[]): Answer {
  const to = decoded(modem, number);
  if (!/^\+?[0-9*#]{1,20}$/.test(to)) return { cms: CMS.textParameter };
  return {
    prompt: (text) => {
      const userData = userDataOf(decoded(modem, text));
      const size =
        userData.alphabet === "gsm7" ? (septetsOf(userData.text)?.length ?? 0) : textOfUserData(userData).length * 2;
      if (size > (userData.alphabet === "gsm7" ? 160 : 140)) return { cms: CMS.textParameter };
      return submitted(modem, textOfAddress(addressOf(to)), userData, undefined);
    },
  };
}

function submitted(
  modem: EmulatedModem,
  to: string,
  userData: UserData,
  validity: number | undefined,
): Promise<Answer> {
  return new Promise((resolve) => {
    modem.plmn.clock.after(modem.plmn.wait("smsSubmit"), () => {
      const reference = modem.registered ? modem.submit(to, userData, validity) : undefined;
      resolve(reference === undefined ? { cms: CMS.noNetwork } : [`+CMGS: ${reference}`]);
    });
  });
}

/** The phone book is a store too, and programs ask for it; there is none. */
export const PHONE_BOOK_COMMANDS: CommandTable = {
  "+CPBS": { set: [], read: ['+CPBS: "SM",0,0'], test: ['+CPBS: ("SM")'], needs: "sim" },
  "+CPBR": { test: () => ({ cme: CME.notSupported }) },
};
