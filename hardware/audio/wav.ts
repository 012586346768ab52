import { readFileSync } from "node:fs";
import { WaveFile } from "wavefile";
import { reasonOf, WorError } from "../../process/errors.js";
import { SAMPLE_RATE } from "./frames.js";

const MAX_FILE_BYTES = 128 * 1024 * 1024;

/** RIFF codecs that have to be expanded to linear samples first, by wavefile's name of the bit depth. */
const EXPAND: Record<string, (wav: WaveFile) => void> = {
  "4": (wav) => wav.fromIMAADPCM("16"),
  "8a": (wav) => wav.fromALaw("16"),
  "8m": (wav) => wav.fromMuLaw("16"),
};

/**
 * Reads a WAV file of any rate, depth and number of channels as 48 kHz, 16 bit, mono.
 * @throws WorError `sound` naming the file.
 */
export function readWav48k(file: string): Int16Array {
  const bytes = readBytes(file);
  try {
    const samples = decode(bytes);
    if (samples.length === 0) throw new Error("it holds no sound");
    return samples;
  } catch (error) {
    throw new WorError(
      "sound",
      `${file} cannot be used as a microphone: ${reasonOf(error)}. Give a WAV file (PCM), for example one made by: sox in.mp3 out.wav`,
    );
  }
}

function readBytes(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    if (bytes.length <= MAX_FILE_BYTES) return bytes;
  } catch (error) {
    throw new WorError("sound", `${file} cannot be read: ${reasonOf(error)}. Name an existing WAV file as "capture"`);
  }
  throw new WorError("sound", `${file} is larger than ${MAX_FILE_BYTES / 1024 / 1024} MB. Give a shorter WAV file`);
}

function decode(bytes: Buffer): Int16Array {
  const wav = new WaveFile(bytes);
  EXPAND[wav.bitDepth]?.(wav);
  const { numChannels, sampleRate } = wav.fmt as { numChannels: number; sampleRate: number };
  return resample(mix(wav.getSamples(true, Float64Array), numChannels, wav.bitDepth), sampleRate);
}

/** Averages interleaved channels and brings them to 16 bit, in one pass: somebody may be waiting. */
function mix(interleaved: Float64Array, channels: number, bitDepth: string): Int16Array {
  const { zero, gain } = scaleOf(bitDepth);
  const mono = new Int16Array(Math.floor(interleaved.length / channels));
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += (interleaved[i * channels + channel] ?? 0) - zero;
    mono[i] = Math.max(-32_768, Math.min(32_767, (sum / channels) * gain));
  }
  return mono;
}

/** Samples are floats of -1..1 ("32f", "64"), unsigned up to 8 bits, signed above (RIFF, "Data Format of the Samples"). */
function scaleOf(bitDepth: string): { zero: number; gain: number } {
  if (bitDepth === "32f" || bitDepth === "64") return { zero: 0, gain: 32_767 };
  const bits = Number(bitDepth);
  return { zero: bits <= 8 ? 2 ** (bits - 1) : 0, gain: 2 ** (16 - bits) };
}

function resample(mono: Int16Array, rate: number): Int16Array {
  if (rate === SAMPLE_RATE) return mono;
  const wav = new WaveFile();
  wav.fromScratch(1, rate, "16", mono);
  // Below 48 kHz there is nothing to filter, and the filter takes two thirds of the time (67 ms for 4 s of speech).
  wav.toSampleRate(SAMPLE_RATE, { method: "cubic", LPF: rate > SAMPLE_RATE });
  return wav.getSamples(true, Int16Array) as unknown as Int16Array;
}
