import { EventEmitter } from "node:events";
import { OUTPUTS, type Output } from "./patterns.js";

const LOW = 0;
const HIGH = 1;
const MODES = { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 } as const;

export const HOLD_MS = 500;
export const BUTTON_PIN = OUTPUTS.length;
export const pinOf = (output: Output): number => OUTPUTS.indexOf(output);

/** How long the virtual finger stays on the button; johnny-five takes less than 7 ms for a bounce. */
const FINGER_MS = { press: 50, hold: HOLD_MS + 100 } as const;
export type ButtonAct = keyof typeof FINGER_MS;

/**
 * An IO plugin of johnny-five (github.com/rwaldron/io-plugins) without a board: three outputs and a button in memory.
 * Emits `output` when an output changes. It is ready from the beginning, so that the Board announces it by itself.
 */
export class VirtualIo extends EventEmitter {
  readonly name = "virtual";
  readonly isReady = true;
  readonly MODES = MODES;
  readonly HIGH = HIGH;
  readonly LOW = LOW;
  readonly analogPins: number[] = [];
  readonly pins = [
    ...OUTPUTS.map(() => ({ supportedModes: [MODES.OUTPUT], mode: MODES.OUTPUT as number, value: LOW as number })),
    { supportedModes: [MODES.INPUT], mode: MODES.INPUT as number, value: LOW as number },
  ];
  private finger: NodeJS.Timeout | undefined;

  pinMode(pin: number, mode: number): void {
    const found = this.pins[pin];
    if (found !== undefined) found.mode = mode;
  }

  digitalWrite(pin: number, value: number): void {
    const found = this.pins[pin];
    if (found === undefined || found.value === value) return;
    found.value = value;
    const output = OUTPUTS[pin];
    if (output !== undefined) this.emit("output", output, value !== LOW);
  }

  analogWrite(pin: number, value: number): void {
    this.digitalWrite(pin, value > 0 ? HIGH : LOW);
  }

  digitalRead(pin: number, onChange: (value: number) => void): void {
    this.on(`digital-read-${pin}`, onChange);
  }

  isOn(output: Output): boolean {
    return this.pins[pinOf(output)]?.value === HIGH;
  }

  /** A finger on the button. While one is on it a second one is nothing new. */
  touch(act: ButtonAct): void {
    if (this.finger !== undefined) return;
    this.setButton(HIGH);
    this.finger = setTimeout(() => this.release(), FINGER_MS[act]);
  }

  /** Takes the finger off, which also ends johnny-five's timer for a held button. */
  release(): void {
    if (this.finger === undefined) return;
    clearTimeout(this.finger);
    this.finger = undefined;
    this.setButton(LOW);
  }

  private setButton(value: number): void {
    const pin = this.pins[BUTTON_PIN];
    if (pin !== undefined) pin.value = value;
    this.emit(`digital-read-${BUTTON_PIN}`, value);
  }
}
