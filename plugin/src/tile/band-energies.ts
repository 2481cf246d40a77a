/** Sums a power spectrum over the bands that tell mouth shapes apart. */

export interface BandEnergies {
  /** 90-400 Hz: voicing, first formant of closed vowels. Amplitudes, linear, like all of these. */
  readonly low: number;
  /** 400-620 Hz: first formant of half-open vowels. */
  readonly midLow: number;
  /** 620-1150 Hz: first formant of open vowels. */
  readonly mid: number;
  /** 1150-1900 Hz. */
  readonly midHigh: number;
  /** 1900-3200 Hz: second formant of front vowels. */
  readonly high: number;
  /** 90-3200 Hz together. */
  readonly voice: number;
  /** 3600-9000 Hz: fricatives. Zero where the codec cuts earlier (G.711). */
  readonly hiss: number;
  /** Where the hiss has its weight, Hz. */
  readonly hissCentroidHz: number;
  /** Geometric over arithmetic mean of the power in 200-3200 Hz: near 0 for harmonics, above 0.4 for noise. */
  readonly flatness: number;
}

/** `spectrumDb`: power of each bin, dB; `binHz`: width of a bin. */
export function bandEnergies(spectrumDb: Float32Array, binHz: number): BandEnergies {
  const power = (from: number, to: number): number => {
    let sum = 0;
    const last = Math.min(spectrumDb.length - 1, Math.floor(to / binHz));
    for (let bin = Math.ceil(from / binHz); bin <= last; bin += 1) sum += powerOf(spectrumDb[bin]!);
    return sum;
  };
  const low = power(90, 400);
  const midLow = power(400, 620);
  const mid = power(620, 1150);
  const midHigh = power(1150, 1900);
  const high = power(1900, 3200);
  return {
    low: Math.sqrt(low),
    midLow: Math.sqrt(midLow),
    mid: Math.sqrt(mid),
    midHigh: Math.sqrt(midHigh),
    high: Math.sqrt(high),
    voice: Math.sqrt(low + midLow + mid + midHigh + high) + 1e-9,
    hiss: Math.sqrt(power(3600, 9000)),
    hissCentroidHz: centroid(spectrumDb, binHz, 2500, 9000),
    flatness: flatness(spectrumDb, binHz, 200, 3200),
  };
}

/** AnalyserNode gives -Infinity for an empty bin. */
function powerOf(decibels: number): number {
  return decibels < -140 ? 1e-14 : 10 ** (decibels / 10);
}

function centroid(spectrumDb: Float32Array, binHz: number, from: number, to: number): number {
  let weighted = 0;
  let sum = 0;
  const last = Math.min(spectrumDb.length - 1, Math.floor(to / binHz));
  for (let bin = Math.ceil(from / binHz); bin <= last; bin += 1) {
    const power = powerOf(spectrumDb[bin]!);
    weighted += power * bin * binHz;
    sum += power;
  }
  return sum > 0 ? weighted / sum : from;
}

function flatness(spectrumDb: Float32Array, binHz: number, from: number, to: number): number {
  let logSum = 0;
  let sum = 0;
  let bins = 0;
  const last = Math.min(spectrumDb.length - 1, Math.floor(to / binHz));
  for (let bin = Math.ceil(from / binHz); bin <= last; bin += 1) {
    const power = powerOf(spectrumDb[bin]!);
    logSum += Math.log(power);
    sum += power;
    bins += 1;
  }
  return bins === 0 || sum === 0 ? 0 : Math.exp(logSum / bins) / (sum / bins);
}
