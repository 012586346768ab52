import { numericErrors } from "../hardware/modem/commands/general.js";
import { readSim } from "../hardware/modem/commands/sim.js";
import {
  deleteMessage,
  listMessages,
  pduMode,
  readMessage,
  readStores,
  selectStore,
  sendMessage,
} from "../hardware/modem/commands/sms.js";
import type { Conversation } from "../hardware/modem/discovery/conversation.js";
import { simError } from "../hardware/modem/sim-access.js";
import { contentOf, receivedSms } from "../hardware/modem/sms-message.js";
import { submitsOf } from "../hardware/modem/sms-submit.js";
import { maskNumber } from "../process/log.js";

// By hand, not by `Modem`: that one takes messages out of the store and would swallow a wake that waits for the terminal.

export interface ShownSms {
  /** Of what was sent from here or is a report about it, too. */
  kind: "received" | "outgoing" | "report" | "unreadable";
  /** From whom, or to whom; null: not to be read. */
  number: string | null;
  /** ISO 8601, by the service centre's clock. */
  sentAt: string | null;
  text: string;
  /** Of a long message, such as 2/3. */
  part: string | null;
}

export interface ListedSms extends ShownSms {
  store: string;
  index: number;
}

const SEND_MS = 60_000;
const VALIDITY_MINUTES = 24 * 60;

/**
 * One reference for each part of it.
 * @throws WorError `sim-...`, `pdu` (too long a text among others), `cms-<n>`, `at-timeout`
 */
export async function sendSms({ run }: Conversation, to: string, text: string): Promise<number[]> {
  await prepare(run);
  const pdus = submitsOf(to, text, { validityMinutes: VALIDITY_MINUTES }, Math.floor(Math.random() * 256));
  const references: number[] = [];
  for (const { hex, length } of pdus) references.push(await run(sendMessage(hex, length, SEND_MS)));
  return references;
}

/** Of the store for reading and of the one that messages come into, where it is another. */
export async function listSms({ run }: Conversation, numbers: boolean): Promise<ListedSms[]> {
  await prepare(run);
  const stores = (await run(readStores)).map(({ store }) => store);
  const [selected, , receiving] = stores;
  const list: ListedSms[] = [];
  for (const store of new Set([selected, receiving])) {
    if (store === undefined) continue;
    if (store !== selected) await run(selectStore(store));
    for (const { index, pdu } of await run(listMessages)) list.push({ store, index, ...shown(pdu, numbers) });
  }
  if (receiving !== undefined && selected !== undefined && receiving !== selected) await run(selectStore(selected));
  return list;
}

/** False: there was none. */
export async function deleteSms({ run }: Conversation, index: number, store?: string): Promise<boolean> {
  await prepare(run);
  if (store !== undefined) await run(selectStore(store));
  const pdu = await run(readMessage(index)).catch((error: { code: string }) => {
    if (error.code === "cms-321") return null; // an empty place, as some modems say it
    throw error;
  });
  if (pdu === null) return false;
  await run(deleteMessage(index));
  return true;
}

const WAKE_TOKEN = /^WOR[\w-]{55}$/;

/** A message as people may see it: a wake token is a secret until it is used. */
export function shown(pdu: string, numbers: boolean): ShownSms {
  const content = contentOf(pdu);
  const plain = { sentAt: null, part: null };
  const number = (text: string) => (numbers ? text : maskNumber(text));
  switch (content.kind) {
    case "received": {
      const { from, text, sentAt } = receivedSms([content.deliver]);
      const { part } = content;
      return {
        kind: "received",
        number: number(from),
        sentAt: sentAt?.toISOString() ?? null,
        text: textShown(text),
        part: part === undefined ? null : `${part.number}/${part.total}`,
      };
    }
    case "outgoing":
      return { ...plain, kind: "outgoing", number: number(content.to), text: textShown(content.text) };
    case "report":
      return { ...plain, kind: "report", number: number(content.report.to), text: content.report.status };
    case "undecodable":
      return { ...plain, kind: "unreadable", number: null, text: `${pdu.length / 2} octets: ${content.error.message}` };
    default:
      return content satisfies never;
  }
}

function textShown(text: string): string {
  return WAKE_TOKEN.test(text) ? "(wake token)" : text;
}

async function prepare(run: Conversation["run"]): Promise<void> {
  await run(numericErrors).catch(() => {}); // only the reasons of refusals are lost
  const sim = await run(readSim);
  if (sim !== "READY") throw simError(sim);
  await run(pduMode);
}
