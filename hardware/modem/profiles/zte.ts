import type { ModemProfile } from "./profile.js";

export const ZTE: ModemProfile = {
  name: "zte",
  title: "ZTE MF190 and family",
  identity: /\bZTE\b/i,
  // Silences +ZUSIMR, which comes every 2 s until then and crashes the stick in the end.
  init: ["AT+CPMS?"],
  urcs: [
    { match: /^\+ZCEND:/, means: "call-end" },
    { match: /^\+(ZORIG|ZCONN):/, means: "call-changed" },
    { match: /^\+ZSMMEMFULL/, means: "store-full" },
    { match: /^\+Z[A-Z]+:/, means: "noise" },
  ],
  hangUp: ["AT+CHUP", "ATH"],
  stores: ["SM", "ME"],
  restMs: 20,
  pinRetries: null,
  sleep: null,
  ri: null,
  activeBeforeAnswer: null,
  data: null,
  wakes: { ring: "yes", sms: "yes", known: "documented" },
  sources: [
    "ModemManager src/plugins/zte/mm-common-zte.c",
    "https://manualmachine.com/zte/mc2718/11356749-user-manual",
    "https://manualmachine.com/zte/mc2261/11357368-user-manual",
  ],
  emulated: {
    manufacturer: "ZTE INCORPORATED",
    model: "MF190",
    revision: "BD_MF190V1.0.0B03",
    urcEol: "\r\n",
    boot: [{ atMs: 1_000, line: "+ZUSIMR:2" }],
    powerDown: null,
    ring: { line: "RING", intervalMs: 5_000, before: [], ended: ["NO CARRIER"], missed: [] },
    outgoing: { dialled: [], alerting: [], ended: [] },
    noise: [
      { line: "+ZUSIMR:2", everyMs: 2_000, silencedBy: /\+CPMS\?/i },
      { line: '+ZPASR:"UMTS"', everyMs: 10_000, silencedBy: null },
      { line: '+ZDONR: "WoR Lab",001,01,"CS_PS","ROAM_OFF"', everyMs: 10_000, silencedBy: null },
    ],
    store: { name: "SM", capacity: 20, fullLine: "+ZSMMEMFULL" },
    beforeSms: [],
    unknown: null,
    athNeedsCvhu: false,
    answers: {},
  },
};
