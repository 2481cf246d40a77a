import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FaceCode, faceCodeDistance, faceCodeFromBytes } from '@timbre/models';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadInferenceModels } from '../../../server/src/inference/inference-models.ts';
import { type RunningSidecar, startSidecar } from '../../../server/src/inference/sidecar.ts';
import { createLog } from '../../../server/src/log.ts';
import { espeak } from './espeak-voice.ts';
import { spokenDatagrams } from './rtp-bytes.ts';
import { SfuEnd, TEST_SECRET } from './sfu-end.ts';

const CONTRACT = fileURLToPath(new URL('../../../models/contract.json', import.meta.url));
const PROBES = fileURLToPath(new URL('../../../models/weights/probes.json', import.meta.url));
const WEIGHTS = fileURLToPath(new URL('../../../models/weights/voice-encoder.onnx', import.meta.url));
const allowUnverifiedWeights = process.env.TIMBRE_UNVERIFIED_WEIGHTS === '1';
/** While a new generation is trained there may be no weights, or none with a hash. */
const usable =
  existsSync(WEIGHTS) &&
  (allowUnverifiedWeights || JSON.parse(readFileSync(CONTRACT, 'utf8')).voiceEncoder.sha256 !== '');
const SPEED = 2;

describe('the sidecar', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'timbre-models-'));
    await mkdir(join(folder, 'weights'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Loads from a folder whose contract has this hash and whose weights file has this content, if any. */
  async function load(sha256: string, weights?: string) {
    const contract = JSON.parse(await readFile(CONTRACT, 'utf8'));
    contract.voiceEncoder.sha256 = sha256;
    const probes = await readFile(PROBES);
    contract.probes.sha256 = createHash('sha256').update(probes).digest('hex');
    await writeFile(join(folder, 'weights', contract.probes.file), probes);
    await writeFile(join(folder, 'contract.json'), JSON.stringify(contract));
    if (weights !== undefined) await writeFile(join(folder, 'weights', contract.voiceEncoder.file), weights);
    const log = createLog('test', { write: () => {} });
    return loadInferenceModels({ executionProviders: ['cpu'], log, directory: folder });
  }

  it('refuses weights that the contract has no hash for', async () => {
    await expect(load('', 'weights')).rejects.toMatchObject({ reason: 'weights-unverified' });
  });

  it('refuses weights with another hash than the contract says', async () => {
    await expect(load('0'.repeat(64), 'weights')).rejects.toMatchObject({ reason: 'wrong-weights' });
  });

  it('names weights that are missing', async () => {
    await expect(load('0'.repeat(64))).rejects.toMatchObject({
      reason: 'weights-missing',
      message: expect.stringContaining('voice-encoder.onnx'),
    });
  });

  it('refuses weights with the right hash that no execution provider can load', async () => {
    const sha256 = createHash('sha256').update('weights').digest('hex');
    await expect(load(sha256, 'weights')).rejects.toMatchObject({ reason: 'no-execution-provider' });
  });
});

describe.skipIf(!usable)('the sidecar with the shipped weights', () => {
  let sidecar: RunningSidecar;
  let end: SfuEnd;

  beforeAll(async () => {
    sidecar = await startSidecar({
      host: '127.0.0.1',
      port: 0,
      rtpPort: 0,
      rtpIp: '127.0.0.1',
      tapSecret: TEST_SECRET,
      executionProviders: ['cpu'],
      log: createLog('sidecar', { level: 'warn' }),
      rules: { messageIntervalMs: 500 / SPEED },
      allowUnverifiedWeights,
    });
    end = new SfuEnd(sidecar.port);
    await end.greet();
  }, 30_000);
  afterAll(async () => {
    end?.close();
    await sidecar?.close();
  });

  let ssrc = 0;
  async function lastCode(tapId: string, pcm: Float32Array): Promise<FaceCode> {
    ssrc += 1;
    await end.startTap(tapId, ssrc);
    await end.speak(spokenDatagrams(pcm, { ssrc }), sidecar.rtpPort, SPEED);
    await end.first((message) => message.type === 'reading' && message.tapId === tapId && message.voicedMs >= 3_000);
    await end.stopTap(tapId);
    return faceCodeFromBytes(Buffer.from(end.readings(tapId).at(-1)!.code, 'base64'));
  }

  it('gives two halves of one speech nearer codes than two voices', async () => {
    const low = espeak({ voice: 'en+m3', pitch: 20 }, 12);
    const high = espeak({ voice: 'en+f2', pitch: 80 }, 6);
    const first = await lastCode('low-1', low.subarray(0, 16_000 * 6));
    const second = await lastCode('low-2', low.subarray(16_000 * 6));
    const other = await lastCode('high', high);
    expect(faceCodeDistance(first, second)).toBeLessThan(faceCodeDistance(first, other));
    const readings = end.readings('low-1');
    expect(readings.at(-1)!.confidence).toBeGreaterThan(readings[0]!.confidence);
  }, 60_000);

  it('says two voices when a man and a woman share the microphone', async () => {
    const low = espeak({ voice: 'en+m3', pitch: 20 }, 10);
    const high = espeak({ voice: 'en+f2', pitch: 80 }, 10);
    const both = new Float32Array(16_000 * 7);
    both.set(low.subarray(0, 16_000 * 1.7));
    both.set(high.subarray(0, 16_000 * 5.3), 16_000 * 1.7);
    await end.startTap('both', 99);
    await end.speak(spokenDatagrams(both, { ssrc: 99 }), sidecar.rtpPort, SPEED);
    expect(await end.first((message) => message.type === 'abstained' && message.tapId === 'both')).toMatchObject({
      reason: 'two-voices',
    });
    await end.stopTap('both');
  }, 60_000);
});
