import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const models = fileURLToPath(new URL('../../models/', import.meta.url));
const contract = JSON.parse(readFileSync(`${models}contract.json`, 'utf8')) as Record<
  string,
  { file: string; sha256: string }
>;

test.each(['voiceEncoder', 'faceDecoder', 'probes'])('%s: the committed weights are those of the contract', (part) => {
  const { file, sha256 } = contract[part]!;
  const bytes = readFileSync(`${models}weights/${file}`);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
});

test('the weights are small enough to fetch once and forget about', () => {
  expect(statSync(`${models}weights/voice-encoder.onnx`).size).toBeLessThanOrEqual(6 * 2 ** 20);
  expect(statSync(`${models}weights/face-decoder.onnx`).size).toBeLessThanOrEqual(8 * 2 ** 20);
});
