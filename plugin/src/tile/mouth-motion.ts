/** The mouth from what is heard: level and band energies of the played audio -> viseme weights. Pure, no look-ahead. */
import { bandEnergies } from './band-energies.ts';

/** Viseme weights that the mouth is drawn with, 0..1; they add up to at most 1. */
export type VisemeWeights = Record<Viseme, number>;
export type Viseme = (typeof VISEMES)[number];
export const VISEMES = ['aa', 'ee', 'oo', 'oh', 'fv', 'SS'] as const;

export interface MouthShape {
  readonly weights: VisemeWeights;
  /** How far the lips are apart, 0 closed to 1 wide open. */
  readonly opening: number;
}

/** A look at the audio that is being played just now. */
export interface AudioReading {
  /** Root mean square of the last 20 to 40 ms, dB relative to full scale. */
  readonly levelDb: number;
  /** Power of each frequency bin, dB (as AnalyserNode.getFloatFrequencyData gives it). */
  readonly spectrumDb: Float32Array;
  /** Width of a bin, Hz. */
  readonly binHz: number;
}

/** How far each viseme opens the lips. */
const OPENING: VisemeWeights = { aa: 1, ee: 0.5, oo: 0.4, oh: 0.75, fv: 0.1, SS: 0.22 };

/** Below this it is silence, however quiet the room. */
const QUIETEST_SPEECH_DB = -55;
/** The gate opens this far above the noise floor, and closes at a little less, so that it doesn't flap. */
const GATE_OPENS_DB = 9;
const GATE_CLOSES_DB = 6;
/** The floor follows a fall at once; it rises slowly, else speech itself would become the floor ... */
const FLOOR_RISE_DB_PER_S = 2;
/** ... but fast under sound that is both steady and without harmonics: a fan, a hiss, a road. */
const FLOOR_RISE_IN_NOISE_DB_PER_S = 80;
const STEADY_DB = 3;
const NOISE_FLATNESS = 0.25;
/** The loudest syllables of the last seconds open the mouth fully, whatever the gain. */
const PEAK_FALL_DB_PER_S = 4;
const LEAST_RANGE_DB = 18;

/** Time constants of the smoothing, ms. */
const ATTACK_MS = 28;
const RELEASE_MS = 65;
/** In silence: 150 ms leave less than 2 % of an open mouth. */
const SILENCE_RELEASE_MS = 35;
const CLOSED_BELOW = 0.02;

export class MouthMotion {
  readonly #weights: VisemeWeights = closedMouth();
  #floorDb = -60;
  #peakDb = -25;
  #meanDb = -60;
  #deviationDb = 10;
  #flatness = 0;
  #gate: 'open' | 'shut' = 'shut';

  /** Takes the reading of now; `elapsedMs` since the one before. The same object is returned each time. */
  push(reading: AudioReading, elapsedMs: number): MouthShape {
    const elapsed = Math.min(200, Math.max(1, elapsedMs));
    const bands = bandEnergies(reading.spectrumDb, reading.binHz);
    this.#trackLevels(reading.levelDb, bands.flatness, elapsed);
    const target = this.#gate === 'open' ? this.#targets(reading.levelDb, bands) : closedMouth();
    let total = 0;
    const release = this.#gate === 'open' ? RELEASE_MS : SILENCE_RELEASE_MS;
    for (const viseme of VISEMES) {
      const now = this.#weights[viseme];
      const timeConstant = target[viseme] > now ? ATTACK_MS : release;
      const next = now + (target[viseme] - now) * (1 - Math.exp(-elapsed / timeConstant));
      this.#weights[viseme] = target[viseme] === 0 && next < CLOSED_BELOW ? 0 : next;
      total += this.#weights[viseme];
    }
    // While one shape gives way to another (the rise is faster than the fall) they may be too much together.
    if (total > 1) for (const viseme of VISEMES) this.#weights[viseme] /= total;
    return this.shape;
  }

  get shape(): MouthShape {
    let opening = 0;
    for (const viseme of VISEMES) opening += OPENING[viseme] * this.#weights[viseme];
    return { weights: this.#weights, opening: Math.min(1, opening) };
  }

  /** Shuts the mouth at once: another track, or none. */
  reset(): void {
    Object.assign(this.#weights, closedMouth());
    this.#floorDb = -60;
    this.#peakDb = -25;
    this.#gate = 'shut';
  }

  #trackLevels(levelDb: number, flatness: number, elapsedMs: number): void {
    const seconds = elapsedMs / 1000;
    // Mean and mean deviation over about 0.2 s tell steady sound from syllables.
    const mix = 1 - Math.exp(-elapsedMs / 200);
    this.#meanDb += mix * (levelDb - this.#meanDb);
    this.#deviationDb += mix * (Math.abs(levelDb - this.#meanDb) - this.#deviationDb);
    this.#flatness += mix * (flatness - this.#flatness);
    const noise = this.#deviationDb < STEADY_DB && this.#flatness > NOISE_FLATNESS;
    const rise = noise ? FLOOR_RISE_IN_NOISE_DB_PER_S : FLOOR_RISE_DB_PER_S;
    // Digital silence (DTX, mute) says nothing about the room's noise: the floor stops at -70 dB.
    this.#floorDb = Math.max(-70, Math.min(levelDb, this.#floorDb + rise * seconds));
    this.#peakDb = Math.max(levelDb, this.#peakDb - PEAK_FALL_DB_PER_S * seconds, this.#floorDb + LEAST_RANGE_DB);
    const threshold = this.#floorDb + (this.#gate === 'open' ? GATE_CLOSES_DB : GATE_OPENS_DB);
    this.#gate = levelDb > Math.max(QUIETEST_SPEECH_DB, threshold) ? 'open' : 'shut';
  }

  /** Where the mouth should be: loudness opens it, formant bands shape it. */
  #targets(levelDb: number, bands: ReturnType<typeof bandEnergies>): VisemeWeights {
    const from = this.#floorDb + GATE_CLOSES_DB;
    const loudness = Math.min(1, Math.max(0, (levelDb - from) / (this.#peakDb - 4 - from))) ** 0.9;
    // The limits below lie at the quartiles of voiced frames in 14 clips of real speech (3 corpora, 12 kHz and more).
    const fricative = smoothstep(0.25, 0.6, bands.hiss / (bands.hiss + bands.voice));
    // First formant: /a/ has its energy at 600-1100 Hz, /i/ and /u/ below 400 Hz.
    const vowel = bands.low + bands.midLow + bands.mid + 1e-9;
    const open = smoothstep(0.13, 0.42, bands.mid / vowel);
    const halfOpen = smoothstep(0.25, 0.5, bands.midLow / vowel) * (1 - open);
    // Second formant: /i/ at 2-3 kHz, /u/ and /o/ under 1 kHz.
    const front = smoothstep(0.07, 0.32, bands.high / (bands.midHigh + bands.mid + 0.25 * vowel));
    const scores: VisemeWeights = {
      aa: open * (1 - 0.5 * front),
      ee: front * (1 - 0.6 * open) + 0.1,
      oh: (halfOpen + 0.25 * open) * (1 - front),
      oo: (1 - open) * (1 - halfOpen) * (1 - front),
      fv: 0,
      SS: 0,
    };
    let total = 0;
    for (const viseme of VISEMES) total += scores[viseme];
    const voiced = ((1 - fricative) * loudness) / Math.max(1e-6, total);
    for (const viseme of VISEMES) scores[viseme] *= voiced;
    // /f/ hisses evenly and weakly; /s/ high and strong.
    const sharp = smoothstep(4200, 5600, bands.hissCentroidHz);
    scores.SS = fricative * sharp * Math.min(1, 0.3 + loudness);
    scores.fv = fricative * (1 - sharp) * Math.min(1, 0.3 + loudness);
    return scores;
  }
}

function closedMouth(): VisemeWeights {
  return { aa: 0, ee: 0, oo: 0, oh: 0, fv: 0, SS: 0 };
}

function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
