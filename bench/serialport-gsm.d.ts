// The package has no types; this is what we use of it.
declare module "serialport-gsm" {
  interface GsmModem {
    open(path: string, options: { baudRate: number }): Promise<unknown>;
    executeCommand(command: string): Promise<unknown>;
    close(): Promise<unknown>;
  }
  export function Modem(): GsmModem;
}
