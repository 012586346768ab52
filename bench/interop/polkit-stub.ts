import { connect, type Socket } from "node:net";
import type { Closable } from "../../process/lifecycle.js";

// D-Bus specification, "Message Protocol": message types, and the header fields that we need, with their signatures.
const CALL = 1;
const RETURN = 2;
const ERROR = 3;
const FIELD = {
  path: 1,
  interface: 2,
  member: 3,
  errorName: 4,
  replySerial: 5,
  destination: 6,
  sender: 7,
  signature: 8,
};
const SIGNATURES: Readonly<Record<number, string>> = { 1: "o", 5: "u", 8: "g" };
const BUS = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus" };

type Fields = Partial<Record<keyof typeof FIELD, string | number>>;

interface Received {
  type: number;
  serial: number;
  member: string;
  sender: string;
}

/**
 * The PolicyKit authority of a private bus, where everybody may do everything: ModemManager does nothing without one.
 * It speaks just as much D-Bus as that takes.
 */
export class PolkitStub implements Closable {
  private socket: Socket | undefined;
  private serial = 0;

  /** Resolves when the bus has given us the name. */
  start(busPath: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(busPath);
      this.socket = socket;
      let input = Buffer.alloc(0);
      let authenticated = false;
      socket.on("error", reject);
      socket.on("connect", () => {
        const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString("hex");
        socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
      });
      socket.on("data", (chunk) => {
        input = Buffer.concat([input, chunk]);
        if (!authenticated) {
          const end = input.indexOf("\r\n");
          if (end < 0) return;
          authenticated = true;
          input = input.subarray(end + 2);
          this.login(socket);
        }
        for (let length = messageLength(input); length <= input.length; length = messageLength(input)) {
          const message = parse(input);
          input = input.subarray(length);
          if (message.type === CALL) this.answer(message);
          // The answers to Hello and RequestName.
          if (message.type === RETURN && this.serial >= 2) resolve();
        }
      });
    });
  }

  close(): void {
    this.socket?.destroy();
  }

  private login(socket: Socket): void {
    socket.write("BEGIN\r\n");
    this.send(CALL, { ...BUS, member: "Hello" });
    const flags = Buffer.alloc(4);
    const name = padded(text("org.freedesktop.PolicyKit1"), 4);
    this.send(CALL, { ...BUS, member: "RequestName", signature: "su" }, Buffer.concat([name, flags]));
  }

  private answer({ serial, member, sender }: Received): void {
    const to = { replySerial: serial, destination: sender };
    // (is_authorized, is_challenge, details): yes, no, none.
    if (member === "CheckAuthorization")
      this.send(RETURN, { ...to, signature: "(bba{ss})" }, padded(numbers(1, 0, 0), 8));
    else if (member === "GetAll") this.send(RETURN, { ...to, signature: "a{sv}" }, padded(numbers(0), 8));
    else this.send(ERROR, { ...to, errorName: "org.freedesktop.DBus.Error.UnknownMethod" });
  }

  private send(type: number, fields: Fields, body: Buffer = Buffer.alloc(0)): void {
    this.serial += 1;
    let array: Buffer = Buffer.alloc(0);
    for (const [name, value] of Object.entries(fields)) {
      array = Buffer.concat([padded(array, 8), headerField(FIELD[name as keyof Fields], value)]);
    }
    const head = Buffer.from([0x6c, type, 0, 1]);
    const header = padded(Buffer.concat([head, numbers(body.length, this.serial, array.length), array]), 8);
    this.socket?.write(Buffer.concat([header, body]));
  }
}

function headerField(code: number, value: string | number): Buffer {
  const signature = SIGNATURES[code] ?? "s";
  const start = Buffer.from([code, 1, ...Buffer.from(signature), 0]);
  if (typeof value === "number") return Buffer.concat([start, numbers(value)]);
  if (signature === "g") return Buffer.concat([start, Buffer.from([value.length]), Buffer.from(`${value}\0`)]);
  return Buffer.concat([start, text(value)]);
}

function text(value: string): Buffer {
  return Buffer.concat([numbers(Buffer.byteLength(value)), Buffer.from(`${value}\0`)]);
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}

function padded(bytes: Buffer, alignment: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length, alignment) - bytes.length)]);
}

function aligned(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

const HEADER_START = 16;

/** Of the message at the beginning of `input`; endless while that cannot be told. */
function messageLength(input: Buffer): number {
  if (input.length < HEADER_START) return Number.POSITIVE_INFINITY;
  return aligned(HEADER_START + input.readUInt32LE(12), 8) + input.readUInt32LE(4);
}

/** Every header field is a string, but for the numbers. */
function parse(message: Buffer): Received {
  const texts = new Map<number, string>();
  const end = HEADER_START + message.readUInt32LE(12);
  for (let at = HEADER_START; at < end; at = aligned(at, 8)) {
    const code = message.readUInt8(at);
    const signature = String.fromCharCode(message.readUInt8(at + 2));
    at += 4;
    if (signature === "u") at += 4;
    else {
      const wide = signature !== "g";
      const length = wide ? message.readUInt32LE(at) : message.readUInt8(at);
      at += wide ? 4 : 1;
      texts.set(code, message.toString("utf8", at, at + length));
      at += length + 1;
    }
  }
  return {
    type: message.readUInt8(1),
    serial: message.readUInt32LE(8),
    member: texts.get(FIELD.member) ?? "",
    sender: texts.get(FIELD.sender) ?? "",
  };
}
