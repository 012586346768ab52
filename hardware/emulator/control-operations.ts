import { WorError } from "../../process/errors.js";
import { userDataOf } from "../modem/pdu/user-data.js";
import type { Call, CallParty } from "./calls.js";
import type { ControlReply, ControlRequest } from "./control.js";
import type { Plmn } from "./plmn.js";
import type { ModemStation } from "./station.js";

type Operation<Op extends ControlRequest["op"]> = (
  request: Extract<ControlRequest, { op: Op }>,
  station: ModemStation,
  plmn: Plmn,
) => void | Promise<void>;

const OPERATIONS: { [Op in Exclude<ControlRequest["op"], "counters">]: Operation<Op> } = {
  power: ({ on }, { modem }) => modem.setPower(on),
  sim: ({ inserted }, { modem }) => modem.setSim(inserted),
  sms: ({ from, text }, { modem }, plmn) => {
    if (!plmn.submit(from, modem.number, userDataOf(text), undefined)) throw new WorError("sms-centre-full", "no room");
  },
  ring: ({ from, seconds }, { modem }, plmn) => ringFor(plmn, from, modem.number, seconds * 1_000),
  unplug: (_, { serial }) => serial.unplug(),
  replug: (_, { serial }) => serial.plug(),
};

export async function operate(
  request: ControlRequest,
  stations: ReadonlyMap<string, ModemStation>,
  plmn: Plmn,
): Promise<ControlReply> {
  if (request.op === "counters") {
    return { ok: true, counters: Object.fromEntries([...stations].map(([name, { modem }]) => [name, modem.counters])) };
  }
  const station = stations.get(request.modem);
  if (station === undefined) {
    throw new WorError("unknown-modem", `no modem "${request.modem}"; there are: ${[...stations.keys()].join(", ")}`);
  }
  await (OPERATIONS[request.op] as Operation<typeof request.op>)(request, station, plmn);
  return { ok: true };
}

/** A call from outside the emulated network that hangs up after it has rung for so long. */
function ringFor(plmn: Plmn, from: string, to: string, ms: number): void {
  let cancel = () => {};
  const phantom: CallParty = {
    number: from,
    offer: () => false,
    alerting: (call: Call) => {
      cancel = plmn.clock.after(ms, () => call.hangUp(phantom));
    },
    ended: () => cancel(),
  };
  plmn.call(phantom, to);
}
