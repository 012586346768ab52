// The package has no types; this is what we use of it.
declare module "node-record-lpcm16" {
  import type { ChildProcess } from "node:child_process";
  import type { Readable } from "node:stream";

  namespace recorder {
    interface RecordOptions {
      sampleRate: number;
      channels: number;
      audioType: "raw" | "wav";
      device: string;
      /** Name of a recorder of the package, or the absolute path of a module of the same shape. */
      recorder: string;
    }
    interface Recording {
      process: ChildProcess;
      stream(): Readable;
    }
    function record(options: RecordOptions): Recording;
  }
  export = recorder;
}
