import { readFileSync } from 'node:fs';
import { ModelError, parseContract, VoiceEncoder, verifyWeights } from '@timbre/models';
import { expect, test } from 'vitest';
import { contract, contractJson, createTensor, madeUpSession } from './made-up-models.ts';

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ModelError) return error.reason;
    throw error;
  }
  return 'none';
}

test('the repository’s own contract is read', () => {
  const json = JSON.parse(readFileSync(new URL('../../models/contract.json', import.meta.url), 'utf8')) as unknown;
  const { voiceEncoder, faceDecoder } = parseContract(json);
  expect(voiceEncoder.windowMs * voiceEncoder.sampleRate).toBe(96_000_000);
  expect(faceDecoder.expressions).toHaveLength(16);
});

test.each([
  ['no object', []],
  ['another version', contractJson({ version: 2 })],
  ['a code of another length', contractJson({ voiceEncoder: { codeLength: 64 } })],
  ['a number that is a string', contractJson({ voiceEncoder: { windowMs: '6000' } })],
  ['windows that do not rise', contractJson({ voiceEncoder: { minimumMs: 5000 } })],
  ['a fraction of a texel', contractJson({ faceDecoder: { textureSize: 1.5 } })],
  ['a missing part', { version: 1 }],
])('a contract with %s is refused', (_, json) => {
  expect(reasonOf(() => parseContract(json))).toBe('bad-contract');
});

test('weights of the right hash pass and changed ones are refused', async () => {
  const bytes = new TextEncoder().encode('abc');
  // FIPS 180-2, appendix B.1.
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  await verifyWeights(sha256, bytes);
  await verifyWeights(sha256.toUpperCase(), bytes);
  await expect(verifyWeights(sha256, bytes.slice(1))).rejects.toMatchObject({ reason: 'wrong-weights' });
  await expect(verifyWeights('', bytes)).rejects.toMatchObject({ reason: 'wrong-weights' });
});

test('a session that lacks a tensor, or has one of another size, is refused', () => {
  const refuse = (session: ReturnType<typeof madeUpSession>) =>
    reasonOf(() => VoiceEncoder.create({ contract, session, createTensor }));
  expect(refuse(madeUpSession(['audio'], ['code', 'confidence'], () => ({})))).toBe('wrong-tensors');
  expect(refuse(madeUpSession(['pcm'], ['code'], () => ({})))).toBe('wrong-tensors');
  const shaped = (size: number | string) => ({
    ...madeUpSession(['pcm'], ['code', 'confidence'], () => ({})),
    outputMetadata: [{ name: 'code', isTensor: true as const, type: 'float32' as const, shape: ['batch', size] }],
  });
  expect(refuse(shaped(64))).toBe('wrong-tensors');
  expect(refuse(shaped(128))).toBe('none');
  expect(refuse(shaped('any'))).toBe('none');
});
