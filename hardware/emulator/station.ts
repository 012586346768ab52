import { join } from "node:path";
import type { Closable } from "../../process/lifecycle.js";
import { COMMANDS } from "./commands/all.js";
import { DataPipe, type DataTarget } from "./data-pipe.js";
import { EmulatedModem, type ModemSpec } from "./emulated-modem.js";
import { Interpreter } from "./interpreter.js";
import type { Plmn } from "./plmn.js";
import { SerialSide } from "./serial-side.js";

/** One emulated modem with all it is reached by. */
export class ModemStation implements Closable {
  readonly modem: EmulatedModem;
  readonly serial: SerialSide;
  private readonly pipe: DataPipe;

  constructor(dir: string, spec: ModemSpec, plmn: Plmn, target: DataTarget | undefined) {
    const path = join(dir, spec.name);
    this.modem = new EmulatedModem(spec, plmn, {
      unsolicited: (line) => interpreter.unsolicited(line),
      reset: () => interpreter.reset(),
      data: (active) => this.pipe.setActive(active),
    });
    const interpreter = new Interpreter(this.modem, COMMANDS, (text) => this.serial.write(text));
    this.serial = new SerialSide(path, (text) => interpreter.receive(text));
    this.pipe = new DataPipe(`${path}.data`, target, this.modem.counters);
  }

  async start(): Promise<void> {
    await this.pipe.start();
    await this.serial.start();
    this.modem.start();
  }

  async close(): Promise<void> {
    this.modem.close();
    await this.serial.close();
    await this.pipe.close();
  }
}
