/** RTP on its way: hand-made packets into a real Router, out of the tap's PlainTransport, into the sidecar's socket. */
import type { types } from 'mediasoup';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../../server/src/log.ts';
import { MEDIA_CODECS } from '../../../server/src/sfu/media-codecs.ts';
import { WorkerPool } from '../../../server/src/sfu/worker-pool.ts';
import type { ParticipantTap, TapSubject } from '../../../server/src/tap/participant-tap.ts';
import { SidecarPool } from '../../../server/src/tap/sidecar-pool.ts';
import type { TapReport } from '../../../server/src/tap/tap-link.ts';
import { Taps } from '../../../server/src/tap/taps.ts';
import { opusParameters } from '../sfu/test-participant.ts';
import { TAP_SECRET } from '../sfu/test-sfu.ts';
import { FakeSidecar } from './fake-sidecar.ts';

const SPEAKER_SSRC = 4242;
const log = createLog('test', { level: 'error', write: () => {} });

let sidecar: FakeSidecar;
let workers: WorkerPool;
let pool: SidecarPool;
let taps: Taps;
let speaker: Speaker;
let tap: ParticipantTap;

/** A Producer fed by hand, and the few facts that the policy asks for. */
class Speaker implements TapSubject {
  readonly participantId = 'ada';
  readonly reports: TapReport[] = [];
  consented = false;
  readonly #router: types.Router;
  readonly #producer: types.Producer;
  #sequenceNumber = 65_530; // wraps on the way

  private constructor(router: types.Router, producer: types.Producer) {
    this.#router = router;
    this.#producer = producer;
  }

  static async on(router: types.Router): Promise<Speaker> {
    const transport = await router.createDirectTransport();
    const rtpParameters = opusParameters(SPEAKER_SSRC) as unknown as types.RtpParameters;
    return new Speaker(router, await transport.produce({ kind: 'audio', rtpParameters }));
  }

  view() {
    const audio = { producerId: this.#producer.id, paused: this.#producer.paused };
    return { consented: this.consented, connected: true, audio, cameraOn: false, known: false };
  }

  router = () => this.#router;
  report = (report: TapReport) => void this.reports.push(report);
  opened() {}
  lost() {}

  /** 20 ms of something that looks like Opus (RFC 7587): version 2, payload type 111. */
  speak(payload: string): void {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = 111;
    header.writeUInt16BE(this.#sequenceNumber & 0xffff, 2);
    header.writeUInt32BE((this.#sequenceNumber * 960) >>> 0, 4);
    header.writeUInt32BE(SPEAKER_SSRC, 8);
    this.#sequenceNumber += 1;
    this.#producer.send(Buffer.concat([header, Buffer.from(payload)]));
  }
}

beforeEach(async () => {
  sidecar = await FakeSidecar.start({ secret: TAP_SECRET });
  const { MEDIASOUP_WORKER_BIN: workerBin } = process.env;
  workers = await WorkerPool.create({ size: 1, listenIp: '127.0.0.1', portBase: 0, workerBin, log });
  pool = new SidecarPool({ urls: [sidecar.url], secret: TAP_SECRET, log });
  taps = new Taps({ pool, listenIp: '127.0.0.1', log });
  pool.start();
  speaker = await Speaker.on((await workers.createRouter(MEDIA_CODECS)).router);
  tap = taps.add(speaker);
  await expect.poll(() => pool.alive).toBe(1);
});
afterEach(async () => {
  taps.close();
  pool.close();
  await workers.close();
  await sidecar.close();
});

async function listening(): Promise<{ ssrc: number; tapId: string }> {
  speaker.consented = true;
  tap.review();
  await expect.poll(() => sidecar.started.length).toBe(1);
  const [started] = sidecar.started;
  // `started` is answered, the Consumer resumed: packets come soon.
  await expect
    .poll(() => {
      speaker.speak('warm-up');
      return sidecar.packets.get(started!.ssrc)?.length ?? 0;
    })
    .toBeGreaterThan(0);
  return started!;
}

const payloads = (ssrc: number) => (sidecar.packets.get(ssrc) ?? []).map(payloadOf);

/** mediasoup adds a header extension of its own (RFC 3550, section 5.3.1): skip it. */
function payloadOf(packet: Buffer): string {
  const extended = (packet[0]! & 0x10) !== 0;
  return packet.subarray(12 + (extended ? 4 + 4 * packet.readUInt16BE(14) : 0)).toString();
}

test('packets of a consenting speaker arrive whole, with the SSRC and payload type that start announced', async () => {
  const { ssrc } = await listening();
  const words = Array.from({ length: 20 }, (_, index) => `word ${index}`);
  for (const word of words) speaker.speak(word);
  await expect.poll(() => payloads(ssrc)).toEqual(expect.arrayContaining(words));
  const packets = sidecar.packets.get(ssrc)!;
  expect([...sidecar.packets.keys()]).toEqual([ssrc]);
  expect(new Set(packets.map((packet) => packet[1]! & 0x7f))).toEqual(new Set([sidecar.started[0]!.payloadType]));
  const arrived = payloads(ssrc).filter((payload) => words.includes(payload));
  expect(arrived).toEqual(words);
});

test('not one packet arrives before consent', async () => {
  for (let index = 0; index < 20; index += 1) speaker.speak('private');
  tap.review();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(sidecar.packets.size).toBe(0);
  expect(taps.counts.opened).toBe(0);
  const { ssrc } = await listening();
  expect(payloads(ssrc)).toContain('warm-up');
  expect(payloads(ssrc)).not.toContain('private');
});

test('not one packet arrives before the sidecar is armed', async () => {
  await sidecar.close();
  pool.close();
  const unarmed = await FakeSidecar.start({ secret: TAP_SECRET, arms: false });
  pool = new SidecarPool({ urls: [unarmed.url], secret: TAP_SECRET, log });
  taps = new Taps({ pool, listenIp: '127.0.0.1', log });
  tap = taps.add(speaker);
  pool.start();
  await expect.poll(() => pool.alive).toBe(1);
  speaker.consented = true;
  tap.review();
  await expect.poll(() => unarmed.started.length).toBe(1);
  for (let index = 0; index < 20; index += 1) speaker.speak('early');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(unarmed.packets.size).toBe(0);
  // It gives up after a while, and tries again.
  await expect.poll(() => unarmed.started.length, { timeout: 5_000 }).toBe(2);
  expect(taps.counts.failed).toBe(1);
  await unarmed.close();
});

test('after withdrawal not one packet more arrives, and erasure is acknowledged', async () => {
  const { ssrc, tapId } = await listening();
  speaker.consented = false;
  expect(await tap.erase()).toBe(true);
  expect(sidecar.stopped).toEqual([tapId]);
  for (let index = 0; index < 20; index += 1) speaker.speak('private');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(payloads(ssrc)).not.toContain('private');
  expect(taps.counts.open).toBe(0);
});

test('withdrawal while the tap is still opening closes it on its way', async () => {
  speaker.consented = true;
  tap.review();
  speaker.consented = false;
  expect(await tap.erase()).toBe(true);
  for (let index = 0; index < 20; index += 1) speaker.speak('private');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(sidecar.packets.size).toBe(0);
  expect(sidecar.taps.size).toBe(0);
  expect(taps.counts).toMatchObject({ opened: 1, closed: 1, failed: 0, open: 0 });
});

test('reports reach the participant whose tap they name, and nobody else', async () => {
  const { tapId } = await listening();
  sidecar.send({ type: 'progress', tapId: 'of nobody', progress: 0.5, voicedMs: 1500 });
  sidecar.send({ type: 'progress', tapId, progress: 0.25, voicedMs: 750 });
  await expect.poll(() => speaker.reports).toEqual([{ type: 'progress', tapId, progress: 0.25, voicedMs: 750 }]);
});
