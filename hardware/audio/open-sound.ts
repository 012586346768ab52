import type { Sound, SoundConfig, SoundLog } from "./sound.js";

/**
 * Opens a microphone and a loudspeaker. Only the kind that is wanted is loaded, and zod is not: the media child opens
 * its sound while a caller waits.
 *
 * @throws WorError `sound`: what cannot be opened and what to do about it.
 */
export async function openSound(config: SoundConfig, log: SoundLog): Promise<Sound> {
  switch (config.kind) {
    case "file":
      return (await import("./file-sound.js")).openFileSound(config);
    case "alsa":
      return (await import("./alsa-sound.js")).openAlsaSound(config, log);
    default:
      return config satisfies never;
  }
}
