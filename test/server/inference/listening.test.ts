import type { FaceCode } from '@timbre/models';
import { describe, expect, it } from 'vitest';
import { CodeSmoother } from '../../../server/src/inference/code-smoother.ts';
import { Listening, type ListeningOutcome } from '../../../server/src/inference/listening.ts';
import { listeningRules } from '../../../server/src/inference/listening-rules.ts';
import { SPECTRUM_CONTRACT } from './spectrum-encoder.ts';

const RULES = listeningRules(SPECTRUM_CONTRACT.voiceEncoder, {
  settledConfidence: 0.5,
  stableShift: 0.1,
  convergedMs: 4_500,
  noSpeechAfterMs: 20_000,
  twoVoices: [{ halfMs: 1_500, distance: 1, presentation: 0.5 }],
});

/** Presentation is the last number of a code here. */
const listeningTo = () => new Listening(RULES, (code) => code.at(-1)!);
const codeOf = (value: number): FaceCode => new Float32Array(128).fill(value);
const reading = (value: number, confidence: number) => ({ whole: { code: codeOf(value), confidence } });
const halves = (first: number, second: number) => ({ first: codeOf(first), second: codeOf(second), halfMs: 1_500 });

/** `provisional`, `settled`, `converged`, the reason of an abstention, or undefined. */
function told(outcome: ListeningOutcome | undefined): string | undefined {
  if (outcome?.kind !== 'reading') return outcome?.reason;
  if (outcome.converged) return 'converged';
  return outcome.settled ? 'settled' : 'provisional';
}

describe('listening', () => {
  it('is provisional before 3 s of voice, settled from there, converged once the code stands still', () => {
    const listening = listeningTo();
    const outcomes = [1_000, 2_000, 3_000, 3_500, 4_500].map((voicedMs) =>
      listening.read(reading(voicedMs < 3_000 ? 1 : 1.2, 0.8), voicedMs),
    );
    expect(outcomes.map(told)).toEqual(['provisional', 'provisional', 'settled', 'settled', 'converged']);
    expect(outcomes[1]).toMatchObject({ progress: 2 / 3, confidence: expect.closeTo(0.8, 5), voicedMs: 2_000 });
    expect(listening.finished).toBe(true);
    expect(listening.read(reading(1, 0.8), 5_000)).toBeUndefined();
  });

  it('does not converge before 6 s while the code still moves', () => {
    const listening = listeningTo();
    const outcomes = [3_000, 4_500, 5_000, 6_000].map((voicedMs, index) =>
      listening.read(reading(index % 2 ? 3 : -3, 0.8), voicedMs),
    );
    expect(outcomes.map(told)).toEqual(['settled', 'settled', 'settled', 'converged']);
  });

  it('does not settle while confidence is low, and says too noisy after a whole window, once', () => {
    const listening = listeningTo();
    const outcomes = [3_000, 6_000, 9_000, 12_000].map((voicedMs) => listening.read(reading(1, 0.2), voicedMs));
    expect(outcomes.map(told)).toEqual(['provisional', 'too-noisy', undefined, undefined]);
    expect(told(listening.read(reading(1, 0.9), 15_000))).toBe('converged');
  });

  it('says two voices before any face was settled, and needs a converged face afterwards', () => {
    const listening = listeningTo();
    expect(told(listening.read({ ...reading(0, 0.8), halves: halves(-1, 1) }, 3_000))).toBe('two-voices');
    expect(listening.abstained).toBe('two-voices');
    expect(told(listening.read({ ...reading(1, 0.8), halves: halves(1, 1) }, 3_000))).toBeUndefined();
    expect(told(listening.read({ ...reading(1, 0.8), halves: halves(1, 1) }, 4_500))).toBe('converged');
  });

  it('says two voices when only the presentation of the halves differs', () => {
    const second = codeOf(1);
    second[127] = 1.6;
    const listening = listeningTo();
    const outcome = listening.read({ ...reading(1, 0.8), halves: { first: codeOf(1), second, halfMs: 1_500 } }, 3_000);
    expect(told(outcome)).toBe('two-voices');
  });

  it('does not judge halves that are too short to tell', () => {
    const short = { ...halves(-1, 1), halfMs: 1_000 };
    expect(told(listeningTo().read({ ...reading(0, 0.8), halves: short }, 3_000))).toBe('settled');
  });

  it('keeps the first face when a second voice comes after it settled', () => {
    const listening = listeningTo();
    listening.read({ ...reading(1, 0.8), halves: halves(1, 1) }, 3_000);
    const kept = listening.read({ ...reading(9, 0.8), halves: halves(1, 9) }, 4_000);
    expect(told(kept)).toBe('converged');
    expect(kept?.kind === 'reading' && kept.code[0]).toBe(1);
  });

  it('says no speech once after 20 s of audio without a second of voice, and still takes a voice that comes', () => {
    const listening = listeningTo();
    expect(listening.listen(19_900, 500)).toBeUndefined();
    expect(told(listening.listen(20_000, 500))).toBe('no-speech');
    expect(listening.listen(40_000, 500)).toBeUndefined();
    expect(told(listening.read(reading(1, 0.5), 1_000))).toBe('provisional');
  });

  it('never says no speech when there was a second of it', () => {
    expect(listeningTo().listen(60_000, 1_000)).toBeUndefined();
  });
});

describe('the code smoother', () => {
  it('weights readings by confidence and by the length of their window', () => {
    const smoother = new CodeSmoother();
    smoother.push({ code: codeOf(0), confidence: 0.2 }, 1_000);
    const { code, confidence, shift } = smoother.push({ code: codeOf(1), confidence: 0.6 }, 3_000);
    expect(code[0]).toBeCloseTo((0.6 * 3) / (0.2 + 0.6 * 3), 5);
    expect(confidence).toBeCloseTo((0.2 * 0.2 + 0.6 * 0.6 * 3) / (0.2 + 0.6 * 3), 5);
    expect(shift).toBeCloseTo(code[0]!, 5);
  });

  it('takes a reading without confidence, and starts anew once cleared', () => {
    const smoother = new CodeSmoother();
    expect(smoother.push({ code: codeOf(2), confidence: 0 }, 1_000)).toMatchObject({ confidence: 0, shift: Infinity });
    smoother.clear();
    const { code, shift } = smoother.push({ code: codeOf(5), confidence: 1 }, 1_000);
    expect(code[0]).toBe(5);
    expect(shift).toBe(Infinity);
  });
});
