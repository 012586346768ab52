import { decodeDeliver } from "../../hardware/modem/pdu/deliver.js";
import { decodeStatusReport } from "../../hardware/modem/pdu/status-report.js";
import { decodeSubmit } from "../../hardware/modem/pdu/submit.js";
import { SmsJoiner } from "../../hardware/modem/sms-joiner.js";
import { contentOf, receivedSms } from "../../hardware/modem/sms-message.js";
import { WorError } from "../../process/errors.js";
import type { FuzzTarget } from "./fuzz-target.js";
import { PDUS } from "./pdus.js";

/** Every decoder, and the waiting room for parts behind them. */
export class FuzzedDecoder implements FuzzTarget {
  readonly name = "PDU decoder";
  readonly corpus = PDUS;
  private time = 0;
  private readonly joiner = new SmsJoiner({ waitMs: 1_000, most: 16, now: () => this.time });

  feed(input: string): void {
    this.time += 1;
    for (const decode of [decodeDeliver, decodeSubmit, decodeStatusReport]) onlyPduErrors(() => decode(input));
    const content = contentOf(input);
    if (content.kind !== "received") return;
    receivedSms([content.deliver]);
    if (content.part === undefined) return;
    const place = { store: "SM", index: this.time % 30 };
    for (const { parts } of this.joiner.add(content.deliver, content.part, place).done) receivedSms(parts);
  }

  async rest(): Promise<void> {}
}

function onlyPduErrors(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof WorError) || error.code !== "pdu") throw error;
  }
}
