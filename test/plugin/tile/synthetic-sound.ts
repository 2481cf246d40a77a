/** Sounds made by rule, and a look at them as an AnalyserNode gives it. Deterministic. */
import type { AudioReading } from '../../../plugin/src/tile/mouth-motion.ts';

export const SAMPLE_RATE = 48_000;
const FFT_SIZE = 1024;

/** White noise of the given root mean square, -1..1. */
export function noise(seconds: number, rms: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: Math.round(seconds * SAMPLE_RATE) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return rms * Math.sqrt(3) * (state / 2 ** 31 - 1);
  });
}

/** A pulse train at `pitchHz` through two-pole resonances at `formantsHz`: a vowel, scaled to the given RMS. */
export function vowel(seconds: number, formantsHz: readonly number[], rms: number, pitchHz = 120): Float32Array {
  const length = Math.round(seconds * SAMPLE_RATE);
  const period = Math.round(SAMPLE_RATE / pitchHz);
  let sound: Float32Array = Float32Array.from({ length }, (_, n) => (n % period === 0 ? 1 : 0));
  // The glottis falls by 12 dB an octave, the lips give 6 back.
  sound = resonate(sound, 0, 900);
  sound = sound.map((sample, n) => sample - (sound[n - 1] ?? 0));
  for (const formantHz of formantsHz) sound = resonate(sound, formantHz, 60 + 0.03 * formantHz);
  return scaled(sound, rms);
}

/** White noise through a band around `centreHz`: /s/ near 6.5 kHz. */
export function hiss(seconds: number, centreHz: number, rms: number): Float32Array {
  return scaled(resonate(resonate(noise(seconds, 1), centreHz, 1500), centreHz, 1500), rms);
}

export function join(...sounds: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(sounds.reduce((length, sound) => length + sound.length, 0));
  let offset = 0;
  for (const sound of sounds) {
    joined.set(sound, offset);
    offset += sound.length;
  }
  return joined;
}

export function mix(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((sample, index) => sample + (b[index] ?? 0));
}

/** What an AnalyserNode (fftSize 1024, no smoothing) would tell at `timeMs`. */
export function readingAt(sound: Float32Array, timeMs: number): AudioReading {
  const end = Math.round((timeMs / 1000) * SAMPLE_RATE);
  const block = new Float32Array(FFT_SIZE);
  for (let n = 0; n < FFT_SIZE; n += 1) block[n] = sound[end - FFT_SIZE + n] ?? 0;
  const power = block.reduce((sum, sample) => sum + sample * sample, 0) / FFT_SIZE;
  return { levelDb: 10 * Math.log10(power + 1e-12), spectrumDb: spectrumDb(block), binHz: SAMPLE_RATE / FFT_SIZE };
}

function scaled(sound: Float32Array, rms: number): Float32Array {
  const now = Math.sqrt(sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length);
  return sound.map((sample) => (sample * rms) / now);
}

function resonate(input: Float32Array, centreHz: number, bandwidthHz: number): Float32Array {
  const radius = Math.exp((-Math.PI * bandwidthHz) / SAMPLE_RATE);
  const a1 = 2 * radius * Math.cos((2 * Math.PI * centreHz) / SAMPLE_RATE);
  const a2 = -radius * radius;
  const output = new Float32Array(input.length);
  for (let n = 0; n < input.length; n += 1) {
    output[n] = (1 - a1 - a2) * input[n]! + a1 * (output[n - 1] ?? 0) + a2 * (output[n - 2] ?? 0);
  }
  return output;
}

/** Blackman window and a plain radix-2 transform, magnitudes over N, as the Web Audio specification says. */
function spectrumDb(block: Float32Array): Float32Array {
  const n = block.length;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    const w = 0.42 - 0.5 * Math.cos((2 * Math.PI * i) / n) + 0.08 * Math.cos((4 * Math.PI * i) / n);
    re[reversed(i, Math.log2(n))] = w * block[i]!;
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < size / 2; k += 1) {
        const angle = (-2 * Math.PI * k) / size;
        const [a, b] = [start + k, start + k + size / 2];
        const tr = Math.cos(angle) * re[b]! - Math.sin(angle) * im[b]!;
        const ti = Math.sin(angle) * re[b]! + Math.cos(angle) * im[b]!;
        [re[b], im[b]] = [re[a]! - tr, im[a]! - ti];
        [re[a], im[a]] = [re[a]! + tr, im[a]! + ti];
      }
    }
  }
  return Float32Array.from({ length: n / 2 }, (_, i) => 20 * Math.log10(Math.hypot(re[i]!, im[i]!) / n + 1e-12));
}

function reversed(value: number, bits: number): number {
  let out = 0;
  for (let bit = 0; bit < bits; bit += 1) out = (out << 1) | ((value >> bit) & 1);
  return out;
}
