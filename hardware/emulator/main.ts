import { mkdirSync } from "node:fs";
import { z } from "zod";
import { type Closable, Owned } from "../../process/lifecycle.js";
import { LOG_LEVELS, type Logger, maskNumber } from "../../process/log.js";
import { OwnedClock, systemClock } from "./clock.js";
import { controlPath, serveControl } from "./control.js";
import { operate } from "./control-operations.js";
import type { DataTarget } from "./data-pipe.js";
import { NETWORK_PROFILES, type NetworkName, type NetworkProfile } from "./network-profiles.js";
import { Plmn } from "./plmn.js";
import { seededRandom } from "./random.js";
import { ModemStation } from "./station.js";
import { UnixServer } from "./unix-server.js";

const NETWORK_NAMES = Object.keys(NETWORK_PROFILES) as [NetworkName, ...NetworkName[]];
type WaitName = keyof NetworkProfile;
const WAIT_NAMES = Object.keys(NETWORK_PROFILES.lab) as [WaitName, ...WaitName[]];
const waitMs = z.int().min(0).max(600_000);

export const EmulatorConfig = z.strictObject({
  dir: z.string().min(1).describe("where the device nodes and sockets appear"),
  network: z.enum(NETWORK_NAMES).default("lab").describe("lab: no delays; field: those of a good LTE network"),
  waits: z
    .partialRecord(z.enum(WAIT_NAMES), z.tuple([waitMs, waitMs]))
    .optional()
    .describe("what takes another time than in that network: from and to, in ms"),
  modems: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9][\w-]*$/, "letters, digits, - and _"),
        tel: z.string().regex(/^\+?\d{3,15}$/, "digits, with + if international"),
      }),
    )
    .min(1)
    .max(200)
    .refine((modems) => isDistinct(modems.map(({ name }) => name)), "two modems have the same name")
    .refine((modems) => isDistinct(modems.map(({ tel }) => tel)), "two modems have the same number")
    .refine((modems) => modems.every(({ name }) => name !== "control"), "control is the emulator's own socket"),
  data: z
    .strictObject({ target: z.string().regex(/^.+:\d{1,5}$/, "host:port") })
    .optional()
    .describe("where the modems' data links lead"),
  seed: z.int().default(1).describe("makes the delays of a network repeatable"),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});
export type EmulatorConfig = z.infer<typeof EmulatorConfig>;

/** Runs the emulated network; resolves when every modem accepts connections. */
export async function runEmulator(config: EmulatorConfig, log: Logger): Promise<Closable> {
  mkdirSync(config.dir, { recursive: true });
  const owned = new Owned(log);
  try {
    const random = seededRandom(config.seed);
    const clock = owned.own("clock", new OwnedClock(systemClock));
    const plmn = new Plmn({ ...NETWORK_PROFILES[config.network], ...config.waits }, clock, random);
    const target = config.data && parseTarget(config.data.target);
    const stations = new Map<string, ModemStation>();
    for (const [index, { name, tel }] of config.modems.entries()) {
      const station = owned.own(name, new ModemStation(config.dir, { name, tel, serial: index + 1 }, plmn, target));
      await station.start();
      stations.set(name, station);
    }
    const control = new UnixServer(controlPath(config.dir), (socket) =>
      serveControl(socket, (request) => {
        if (request.op !== "counters") log.info({ op: request.op, modem: request.modem }, "emulator.control");
        return operate(request, stations, plmn);
      }),
    );
    await owned.own("control", control).start();
    const modems = config.modems.map(({ name, tel }) => ({ name, tel: maskNumber(tel) }));
    log.info({ modems, network: config.network, dir: config.dir }, "emulator.ready");
    return owned;
  } catch (error) {
    await owned.close();
    throw error;
  }
}

function parseTarget(text: string): DataTarget {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), port: Number(text.slice(colon + 1)) };
}

function isDistinct(values: string[]): boolean {
  return new Set(values).size === values.length;
}
