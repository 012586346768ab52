import { WorError } from "../../process/errors.js";
import { AlsaLoudspeaker, probeLoudspeaker } from "./alsa-loudspeaker.js";
import { AlsaMicrophone } from "./alsa-microphone.js";
import type { Sound, SoundConfig, SoundLog } from "./sound.js";
import { WavRecorder } from "./wav-recorder.js";

/**
 * Opens an ALSA microphone and loudspeaker. For the media child alone: `speaker` can abort its process.
 * @throws WorError `sound` when a package is not installed or the loudspeaker cannot be opened.
 */
export async function openAlsaSound(config: Extract<SoundConfig, { kind: "alsa" }>, log: SoundLog): Promise<Sound> {
  // `speaker` tries the default device while it is loaded, whatever device is wanted later.
  const devices = new Set(["default", config.playbackDevice]);
  await Promise.all([...devices].map(probeLoudspeaker));
  const { default: Speaker } = await installed("speaker", () => import("speaker"));
  const { default: recorder } = await installed("node-record-lpcm16", () => import("node-record-lpcm16"));
  const recording =
    config.playback === undefined ? undefined : await WavRecorder.open(config.playback, config.maxSeconds);
  return new AlsaSound(
    new AlsaMicrophone(recorder, config.captureDevice, log),
    new AlsaLoudspeaker(Speaker, config.playbackDevice, log),
    recording,
  );
}

class AlsaSound implements Sound {
  private closing: Promise<void> | undefined;

  constructor(
    private readonly microphone: AlsaMicrophone,
    private readonly loudspeaker: AlsaLoudspeaker,
    private readonly recording: WavRecorder | undefined,
  ) {}

  start(onFrame: (frame: Int16Array) => void): Promise<void> {
    return this.microphone.start(onFrame);
  }

  play(frame: Int16Array): void {
    this.loudspeaker.play(frame);
    this.recording?.write(frame);
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.loudspeaker.close();
    await this.microphone.close();
    await this.recording?.close();
  }
}

/** Both packages are optional: one compiles, the other is of use only with it. */
async function installed<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new WorError(
      "sound",
      `The package ${name} is not installed or not built. Install ALSA's headers (libasound2-dev) and run: npm install ${name}; or use sound of kind "file"`,
      { cause: error },
    );
  }
}
