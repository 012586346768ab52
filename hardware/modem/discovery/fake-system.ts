import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SystemRoots } from "./system-roots.js";

export interface FakeUsbPort {
  /** Of the tty, such as ttyUSB2. */
  name: string;
  vendor: string;
  product: string;
  interface: number;
  /** Such as 1-1.2. */
  device: string;
  manufacturer?: string;
  title?: string;
  /** Below its interface, as ttyUSB is; ttyACM is its interface. */
  below?: boolean;
}

/** For tests: a sysfs, a /proc, lock files and udev's database as far as discovery reads them, in one directory. */
export class FakeSystem {
  readonly roots: SystemRoots;

  constructor(private readonly dir: string) {
    const [sys, proc, lock, udev] = ["sys", "proc", "lock", "udev"].map((name) => join(dir, name)) as [
      string,
      string,
      string,
      string,
    ];
    this.roots = { dev: join(dir, "dev"), sys, proc, lock, udev };
    for (const root of Object.values(this.roots)) mkdirSync(root, { recursive: true });
  }

  plug(port: FakeUsbPort): void {
    const device = `devices/usb1/${port.device}`;
    const owner = `${device}/${port.device}:1.${port.interface}`;
    this.file(`sys/${device}/idVendor`, port.vendor);
    this.file(`sys/${device}/idProduct`, port.product);
    this.file(`sys/${device}/manufacturer`, port.manufacturer ?? "");
    this.file(`sys/${device}/product`, port.title ?? "");
    this.file(`sys/${owner}/bInterfaceNumber`, port.interface.toString(16).padStart(2, "0"));
    const tty = port.below === false ? owner : `${owner}/${port.name}`;
    mkdirSync(join(this.dir, "sys", tty), { recursive: true });
    this.link(`sys/class/tty/${port.name}/device`, join(this.dir, "sys", tty));
  }

  unplug(name: string): void {
    rmSync(join(this.dir, "sys/class/tty", name), { recursive: true });
  }

  /** Content of a file, by its path below the directory. */
  file(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), typeof content === "string" ? `${content}\n` : content);
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    symlinkSync(target, join(this.dir, path));
  }
}
