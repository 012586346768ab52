import { fft } from "./fft.js";
import { SAMPLE_RATE } from "./frames.js";

/** Speech is told apart below 4 kHz, in pieces of a second: a jitter buffer may stretch time between two of them. */
const RATE = 8_000;
const PIECE = RATE;
/** A stretch of what was heard counts as silence when its energy is below this part of the loudest. */
const SILENCE = 0.001;

/**
 * How surely `original` was heard, whatever the delay, the volume and the codec: 0..1. Both are 48 kHz.
 * Each second of `original` is looked for all over `heard` (peak of the normalised cross-correlation), and the better
 * half of the seconds is averaged: a short recording needs to hold half of the original.
 * Measured: the same speech through Opus 0.96, another speech 0.15.
 */
export function similarity(heard: Int16Array, original: Int16Array): number {
  const where = decimate(heard);
  const what = decimate(original);
  if (where.length < PIECE || what.length < PIECE) return 0;
  const search = new Search(where);
  const peaks: number[] = [];
  for (let at = 0; at + PIECE <= what.length; at += PIECE) peaks.push(search.peak(what.subarray(at, at + PIECE)));
  const better = peaks.sort((a, b) => b - a).slice(0, Math.ceil(peaks.length / 2));
  return better.reduce((sum, peak) => sum + peak, 0) / better.length;
}

/** 48 to 8 kHz; the mean of six samples is filter enough to recognise by. */
function decimate(samples: Int16Array): Float64Array {
  const step = SAMPLE_RATE / RATE;
  const out = new Float64Array(Math.floor(samples.length / step));
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < step; k++) sum += samples[i * step + k] ?? 0;
    out[i] = sum / step;
  }
  return out;
}

/** A signal in which pieces are looked for. */
class Search {
  private readonly size: number;
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly windowEnergy: Float64Array;
  private readonly loudest: number;

  constructor(signal: Float64Array) {
    this.size = 2 ** Math.ceil(Math.log2(signal.length + PIECE));
    this.re = new Float64Array(this.size);
    this.im = new Float64Array(this.size);
    this.re.set(signal);
    fft(this.re, this.im);
    this.windowEnergy = windowEnergies(signal);
    this.loudest = this.windowEnergy.reduce((most, energy) => Math.max(most, energy), 0);
  }

  /** The highest normalised correlation of `piece` with any stretch of the signal. */
  peak(piece: Float64Array): number {
    const energy = piece.reduce((sum, value) => sum + value * value, 0);
    if (energy === 0 || this.loudest === 0) return 0;
    const products = this.correlate(piece);
    let best = 0;
    for (let lag = 0; lag < this.windowEnergy.length; lag++) {
      const around = this.windowEnergy[lag] ?? 0;
      if (around < SILENCE * this.loudest) continue;
      best = Math.max(best, Math.abs(products[lag] ?? 0) / Math.sqrt(energy * around));
    }
    return Math.min(1, best);
  }

  /** Correlation theorem: the transform of conj(signal spectrum) times the piece's, which is real, so its conjugate is left out. */
  private correlate(piece: Float64Array): Float64Array {
    const re = new Float64Array(this.size);
    const im = new Float64Array(this.size);
    re.set(piece);
    fft(re, im);
    for (let k = 0; k < this.size; k++) {
      const signalRe = this.re[k] ?? 0;
      const signalIm = this.im[k] ?? 0;
      const pieceRe = re[k] ?? 0;
      const pieceIm = im[k] ?? 0;
      re[k] = (signalRe * pieceRe + signalIm * pieceIm) / this.size;
      im[k] = (signalRe * pieceIm - signalIm * pieceRe) / this.size;
    }
    fft(re, im);
    return re;
  }
}

/** Energy of each window of the length of a piece, by its first sample. */
function windowEnergies(signal: Float64Array): Float64Array {
  const energies = new Float64Array(signal.length - PIECE + 1);
  let energy = 0;
  for (let i = 0; i < signal.length; i++) {
    energy += (signal[i] ?? 0) ** 2;
    if (i >= PIECE) energy -= (signal[i - PIECE] ?? 0) ** 2;
    if (i >= PIECE - 1) energies[i - PIECE + 1] = energy;
  }
  return energies;
}
