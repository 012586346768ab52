import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { reasonOf, WorError } from "../../process/errors.js";
import type { Counters } from "./counters.js";

const modem = z.string();

/** One JSON object a line on `DIR/control.sock`; every line is answered by one. */
export const ControlRequest = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("counters") }),
  z.strictObject({ op: z.literal("power"), modem, on: z.boolean() }),
  z.strictObject({ op: z.literal("sim"), modem, inserted: z.boolean() }),
  z.strictObject({ op: z.literal("sms"), modem, from: z.string().min(1).max(20), text: z.string() }),
  z.strictObject({ op: z.literal("ring"), modem, from: z.string().max(20), seconds: z.number().positive().max(600) }),
  z.strictObject({ op: z.literal("unplug"), modem }),
  z.strictObject({ op: z.literal("replug"), modem }),
]);
export type ControlRequest = z.infer<typeof ControlRequest>;

export interface ControlReply {
  ok: true;
  /** Of `counters`: by the name of the modem. */
  counters?: Record<string, Counters>;
}
export type Reply = ControlReply | { error: string };

export const controlPath = (dir: string): string => join(dir, "control.sock");

/** Serves one connection: each line goes to `handle`, each reply back in the same order. */
export function serveControl(socket: Socket, handle: (request: ControlRequest) => Promise<ControlReply>): void {
  let last: Promise<void> = Promise.resolve();
  createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    last = last.then(async () => {
      const reply: Reply = await replyTo(line, handle);
      socket.write(`${JSON.stringify(reply)}\n`);
    });
  });
  socket.on("end", () => void last.then(() => socket.end()));
}

async function replyTo(line: string, handle: (request: ControlRequest) => Promise<ControlReply>): Promise<Reply> {
  try {
    return await handle(ControlRequest.parse(JSON.parse(line)));
  } catch (error) {
    return { error: error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error) };
  }
}

const DEADLINE_MS = 5_000;

/**
 * Asks the emulator that runs in `dir`.
 * @throws WorError `emulator-control`: refused, with its reason; `emulator-unreachable`: nobody there, or no answer in 5 s.
 */
export async function controlEmulator(dir: string, request: ControlRequest): Promise<ControlReply> {
  const socket = connect(controlPath(dir));
  try {
    const reply = JSON.parse(await exchange(socket, `${JSON.stringify(request)}\n`)) as Reply;
    if ("error" in reply)
      throw new WorError("emulator-control", `the emulator refused "${request.op}": ${reply.error}`);
    return reply;
  } finally {
    socket.destroy();
  }
}

function exchange(socket: Socket, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(
        new WorError("emulator-unreachable", `the emulator did not answer: ${why}. Is "wor emulator" running there?`),
      );
    const timer = setTimeout(() => fail(`nothing within ${DEADLINE_MS} ms`), DEADLINE_MS);
    let received = "";
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      received += text;
      if (received.includes("\n")) resolve(received);
    });
    socket.on("error", (error) => fail(error.message));
    socket.on("close", () => {
      clearTimeout(timer);
      fail("the connection was closed");
    });
    socket.write(line);
  });
}
