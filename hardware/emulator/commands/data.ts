import { type Answer, CME, OK } from "../answer.js";
import { ACCEPTED, type CommandTable } from "../command-table.js";
import type { EmulatedModem } from "../emulated-modem.js";
import type { NetworkProfile } from "../network-profiles.js";

const MAX_CID = 16;

/** TS 27.007 clause 10: the packet domain. */
export const DATA_COMMANDS: CommandTable = {
  "+CGDCONT": {
    set: (modem, [cid = "", type = "IP", apn = ""]) => {
      if (!isCid(cid)) return { cme: CME.parameters };
      if (modem.data.contexts.get(Number(cid))?.address !== undefined) return { cme: CME.notAllowed };
      modem.data.define(Number(cid), type, apn);
      return OK;
    },
    read: (modem) =>
      contexts(modem).map(
        ([cid, { type, apn, address }]) => `+CGDCONT: ${cid},"${type}","${apn}","${address ?? ""}",0,0`,
      ),
    test: ['+CGDCONT: (1-16),"IP",,,(0-2),(0-4)', '+CGDCONT: (1-16),"IPV6",,,(0-2),(0-4)'],
  },
  "+CGATT": {
    set: (modem, [value]) => {
      if (value !== "0" && value !== "1") return { cme: CME.parameters };
      if (value === "1") return OK;
      return later(modem, "dataDeactivate", () => modem.data.deactivateAll());
    },
    read: (modem) => [`+CGATT: ${modem.registered ? 1 : 0}`],
    test: ["+CGATT: (0,1)"],
    needs: "network",
  },
  "+CGACT": {
    set: (modem, [state, cid = "1"]) => {
      if ((state !== "0" && state !== "1") || !isCid(cid)) return { cme: CME.parameters };
      const active = modem.data.contexts.get(Number(cid))?.address !== undefined;
      if (active === (state === "1")) return OK;
      return active
        ? later(modem, "dataDeactivate", () => modem.data.deactivate(Number(cid)))
        : later(modem, "dataActivate", () => modem.data.activate(Number(cid)));
    },
    read: (modem) => contexts(modem).map(([cid, { address }]) => `+CGACT: ${cid},${address === undefined ? 0 : 1}`),
    test: ["+CGACT: (0,1)"],
    needs: "network",
  },
  "+CGPADDR": {
    set: (modem, cids) => addresses(modem, cids),
    exec: (modem) =>
      addresses(
        modem,
        contexts(modem).map(([cid]) => String(cid)),
      ),
    test: (modem) => [
      `+CGPADDR: (${contexts(modem)
        .map(([cid]) => cid)
        .join(",")})`,
    ],
  },
  "+CGEREP": { set: [], read: ["+CGEREP: 0,0"], test: ["+CGEREP: (0-2),(0,1)"] },
  "+CGSMS": { set: [], read: ["+CGSMS: 1"], test: ["+CGSMS: (0-3)"] },
  "+CGAUTO": ACCEPTED,
  "+CGCLASS": { set: [], read: ['+CGCLASS: "B"'], test: ['+CGCLASS: ("B")'] },
};

function contexts(modem: EmulatedModem) {
  return [...modem.data.contexts].sort(([one], [other]) => one - other);
}

function isCid(text: string): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_CID;
}

function addresses(modem: EmulatedModem, cids: string[]): Answer {
  return cids.map((cid) => {
    const address = modem.data.contexts.get(Number(cid))?.address;
    return `+CGPADDR: ${cid}${address === undefined ? "" : `,"${address}"`}`;
  });
}

/** After the network's time, unless the network is gone by then. */
function later(modem: EmulatedModem, wait: keyof NetworkProfile, act: () => void): Promise<Answer> {
  return new Promise((resolve) => {
    modem.plmn.clock.after(modem.plmn.wait(wait), () => {
      if (!modem.registered) return resolve({ cme: CME.noNetwork });
      act();
      resolve(OK);
    });
  });
}
