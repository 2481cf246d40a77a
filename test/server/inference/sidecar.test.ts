import { faceCodeFromBytes } from '@timbre/models';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type RunningSidecar, type SidecarOptions, startSidecar } from '../../../server/src/inference/sidecar.ts';
import { createLog } from '../../../server/src/log.ts';
import { TAP_LINK_VERSION } from '../../../server/src/tap/tap-messages.ts';
import { espeak } from './espeak-voice.ts';
import { rtpBytes, spokenDatagrams } from './rtp-bytes.ts';
import { SfuEnd, TEST_SECRET } from './sfu-end.ts';
import { spectrumCode, spectrumModels } from './spectrum-encoder.ts';

/** Sped up runs would otherwise be held back to two messages a second. */
const SPEED = 4;
const FAST = { messageIntervalMs: 500 / SPEED, settledConfidence: 0.5, twoVoices: [] };

describe('the sidecar', { timeout: 60_000 }, () => {
  const closers: (() => unknown)[] = [];
  const logLines: string[] = [];

  async function sidecar(options: Partial<SidecarOptions> = {}): Promise<RunningSidecar> {
    const running = await startSidecar({
      host: '127.0.0.1',
      port: 0,
      rtpPort: 0,
      rtpIp: '127.0.0.1',
      tapSecret: TEST_SECRET,
      executionProviders: ['cpu'],
      log: createLog('sidecar', { level: 'debug', write: (line) => logLines.push(line) }),
      rules: FAST,
      loadModels: () => spectrumModels(),
      ...options,
    });
    closers.push(() => running.close());
    return running;
  }
  function sfu(port: number, options?: { beat: boolean }): SfuEnd {
    const end = new SfuEnd(port, options);
    closers.push(() => end.close());
    return end;
  }
  async function greeted(running: RunningSidecar): Promise<SfuEnd> {
    const end = sfu(running.port);
    await end.greet();
    return end;
  }

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    logLines.length = 0;
  });

  it('hears speech over UDP in real time: first reading from 1 s of voice, rising confidence, settled at 3 s', async () => {
    const running = await sidecar({ rules: { ...FAST, messageIntervalMs: 500 } });
    const end = await greeted(running);
    expect(await end.startTap('tap-1', 77)).toMatchObject({ type: 'started' });
    const speech = espeak({ voice: 'en+m3' }, 8);
    const startMs = performance.now();
    await end.speak(spokenDatagrams(speech, { ssrc: 77 }), running.rtpPort);
    await end.first((message) => message.type === 'reading' && message.converged);
    const readings = end.readings('tap-1');
    expect(readings[0]!.voicedMs).toBeGreaterThanOrEqual(1_000);
    expect(readings[0]!.atMs - startMs).toBeGreaterThanOrEqual(1_000);
    const settled = readings.find((reading) => reading.settled)!;
    expect(settled.voicedMs).toBeGreaterThanOrEqual(3_000);
    expect(settled.voicedMs).toBeLessThan(4_000);
    for (const [index, reading] of readings.slice(1).entries()) {
      expect(reading.confidence).toBeGreaterThan(readings[index]!.confidence);
      expect(reading.atMs - readings[index]!.atMs).toBeGreaterThan(400);
    }
    // The code is of this voice: near what the spectrum of the whole speech gives, which never passed the network.
    const code = faceCodeFromBytes(Buffer.from(readings.at(-1)!.code, 'base64'));
    expect(correlation(code, spectrumCode(speech.subarray(0, 16_000 * 5)))).toBeGreaterThan(0.9);
    expect(end.heard.filter(({ type }) => type === 'progress').length).toBeGreaterThanOrEqual(1);
  });

  it('listens to two taps at once without mixing them up', async () => {
    const running = await sidecar();
    const end = await greeted(running);
    await Promise.all([end.startTap('low', 1), end.startTap('high', 2)]);
    const low = espeak({ voice: 'en+m3', pitch: 20 }, 5);
    const high = espeak({ voice: 'en+f2', pitch: 90 }, 5);
    await Promise.all([
      end.speak(spokenDatagrams(low, { ssrc: 1 }), running.rtpPort, SPEED),
      end.speak(spokenDatagrams(high, { ssrc: 2 }), running.rtpPort, SPEED),
    ]);
    await end.first((message) => message.type === 'reading' && message.tapId === 'low' && message.settled);
    await end.first((message) => message.type === 'reading' && message.tapId === 'high' && message.settled);
    const codes = ['low', 'high'].map((tapId) =>
      faceCodeFromBytes(Buffer.from(end.readings(tapId).at(-1)!.code, 'base64')),
    );
    expect(correlation(codes[0]!, spectrumCode(low))).toBeGreaterThan(correlation(codes[0]!, spectrumCode(high)));
    expect(correlation(codes[1]!, spectrumCode(high))).toBeGreaterThan(correlation(codes[1]!, spectrumCode(low)));
    expect(running.counters.tapsOpen).toBe(2);
  });

  it('settles with DTX and with 10 % of the packets lost', async () => {
    const running = await sidecar();
    const end = await greeted(running);
    await Promise.all([end.startTap('dtx', 1), end.startTap('lossy', 2)]);
    const pauses = espeak({ voice: 'en' }, 9).map((sample, index) => (index % 32_000 > 24_000 ? 0 : sample));
    const random = [7, 3, 9, 1, 4, 8, 2, 6, 0, 5];
    await Promise.all([
      end.speak(spokenDatagrams(pauses, { ssrc: 1, dtx: true }), running.rtpPort, SPEED),
      end.speak(
        spokenDatagrams(pauses, { ssrc: 2, isLost: (index) => random[Math.floor(index / 10) % 10] === index % 10 }),
        running.rtpPort,
        SPEED,
      ),
    ]);
    for (const tapId of ['dtx', 'lossy']) {
      await end.first((message) => message.type === 'reading' && message.tapId === tapId && message.settled);
    }
    expect(running.counters.packetsLost).toBeGreaterThanOrEqual(20);
  });

  it('abstains from silence, noise and music', async () => {
    const running = await sidecar({ rules: { ...FAST, noSpeechAfterMs: 8_000 } });
    const end = await greeted(running);
    const seconds = 9;
    const sounds: Record<string, (index: number) => number> = {
      silence: () => 0,
      noise: (index) => 0.1 * Math.sin(index ** 2 * 12.9898),
      music: chord,
    };
    await Promise.all(
      Object.entries(sounds).map(async ([tapId, sound], index) => {
        await end.startTap(tapId, index + 1);
        const pcm = Float32Array.from({ length: seconds * 16_000 }, (_, at) => sound(at));
        await end.speak(spokenDatagrams(pcm, { ssrc: index + 1 }), running.rtpPort, SPEED);
      }),
    );
    for (const tapId of Object.keys(sounds)) {
      expect(await end.first((message) => message.type === 'abstained' && message.tapId === tapId)).toMatchObject({
        reason: 'no-speech',
      });
      expect(end.readings(tapId)).toEqual([]);
    }
  });

  it('acknowledges erasure of a stopped tap, also of one it never knew, and listens no more', async () => {
    const running = await sidecar();
    const end = await greeted(running);
    await end.startTap('tap-1', 77);
    const datagrams = spokenDatagrams(espeak({ voice: 'en' }, 4), { ssrc: 77 });
    await end.speak(datagrams.slice(0, 100), running.rtpPort, SPEED);
    expect(await end.stopTap('tap-1')).toMatchObject({ erased: true });
    expect(await end.stopTap('never-known')).toMatchObject({ erased: true });
    const unknown = running.counters.packetsUnknownSsrc;
    const told = end.heard.length;
    await end.speak(datagrams.slice(100), running.rtpPort, SPEED);
    await vi.waitFor(() => expect(running.counters.packetsUnknownSsrc).toBe(unknown + datagrams.length - 100), 5_000);
    expect(end.heard.slice(told).filter(({ type }) => type === 'reading' || type === 'progress')).toEqual([]);
    expect(running.counters.tapsOpen).toBe(0);
  });

  it('counts malformed RTP and goes on', async () => {
    const running = await sidecar();
    const end = await greeted(running);
    await end.startTap('tap-1', 77);
    const garbage = [
      Uint8Array.of(1, 2, 3),
      rtpBytes({ payload: new Uint8Array(9), ssrc: 77, padding: 3 }).fill(0xbf, 0, 1),
      rtpBytes({ payload: Uint8Array.of(255, 255, 255), ssrc: 77 }),
      rtpBytes({ payload: Uint8Array.of(1), ssrc: 999 }),
    ];
    await end.speak(
      garbage.map((bytes) => ({ atMs: 0, bytes })),
      running.rtpPort,
    );
    await end.speak(spokenDatagrams(espeak({ voice: 'en' }, 3), { ssrc: 77 }), running.rtpPort, SPEED);
    await end.first((message) => message.type === 'reading');
    expect(running.counters).toMatchObject({ packetsMalformed: 3, packetsUnknownSsrc: 1 });
  });

  it('refuses a wrong secret, a wrong version and anything before hello', async () => {
    const running = await sidecar();
    for (const [hello, reason] of [
      [{ secret: TEST_SECRET.toUpperCase() }, 'wrong-secret'],
      [{ secret: '' }, 'wrong-secret'],
      [{ version: TAP_LINK_VERSION + 1 }, 'wrong-version'],
    ] as const) {
      const end = sfu(running.port);
      expect(await end.greet(hello)).toMatchObject({ type: 'refused', reason });
      await end.closed();
    }
    const hasty = sfu(running.port);
    await hasty.connected();
    hasty.send({ type: 'start', tapId: 't', ssrc: 1, payloadType: 100, codec: 'opus', clockRate: 48_000, channels: 2 });
    expect(await hasty.first(({ type }) => type === 'refused')).toMatchObject({ reason: 'malformed' });
    await hasty.closed();
    expect(running.counters.tapsOpen).toBe(0);
    expect(logLines.join('\n')).not.toContain(TEST_SECRET.toUpperCase());
  });

  it.each([
    ['no JSON', '{'],
    ['an unknown type', '{"type":"reboot"}'],
    ['a field too many', '{"type":"heartbeat","x":1}'],
    [
      'a wrong SSRC',
      '{"type":"start","tapId":"t","ssrc":-1,"payloadType":1,"codec":"opus","clockRate":48000,"channels":2}',
    ],
    [
      'another codec',
      '{"type":"start","tapId":"t","ssrc":1,"payloadType":1,"codec":"g729","clockRate":48000,"channels":2}',
    ],
    ['more than the limit', `{"type":"heartbeat","x":"${'x'.repeat(20_000)}"}`],
    ['binary', new Uint8Array([1, 2, 3])],
    ['a second hello', JSON.stringify({ type: 'hello', version: TAP_LINK_VERSION, secret: TEST_SECRET })],
  ])('ends a link on %s, erasing its taps, and serves the next', async (_, text) => {
    const running = await sidecar();
    const end = await greeted(running);
    await end.startTap('tap-1', 77);
    end.sendText(text);
    await end.closed();
    await vi.waitFor(() => expect(running.counters.tapsOpen).toBe(0), 5_000);
    expect(await (await greeted(running)).startTap('tap-1', 77)).toMatchObject({ type: 'started' });
  });

  it('erases the taps of an SFU that vanishes or falls silent', async () => {
    const running = await sidecar();
    const vanishing = await greeted(running);
    await vanishing.startTap('tap-1', 1);
    vanishing.close();
    await vi.waitFor(() => expect(running.counters.tapsOpen).toBe(0), 5_000);
    const silent = sfu(running.port, { beat: false });
    await silent.greet();
    await silent.startTap('tap-2', 2);
    await vi.waitFor(() => expect(running.counters.tapsOpen).toBe(0), 15_000);
    await silent.closed();
  });

  it('says that it is alive twice a second, and its counters every five', async () => {
    const running = await sidecar();
    const end = await greeted(running);
    await end.first(({ type }) => type === 'counters', 15_000);
    const beats = end.heard.filter(({ type }) => type === 'heartbeat');
    expect(beats.length).toBeGreaterThanOrEqual(6);
    for (const [index, { atMs }] of beats.slice(1).entries()) expect(atMs - beats[index]!.atMs).toBeLessThan(2_000);
  });

  it('does not start a tap beyond its capacity, or on an SSRC that is taken', async () => {
    const running = await sidecar({ capacity: 2 });
    const end = await greeted(running);
    expect(await end.startTap('a', 1)).toMatchObject({ type: 'started' });
    expect(await end.startTap('b', 1)).toMatchObject({ type: 'stopped' });
    expect(await end.startTap('c', 3)).toMatchObject({ type: 'started' });
    expect(await end.startTap('d', 4)).toMatchObject({ type: 'stopped' });
    expect(running.counters.tapsOpen).toBe(2);
  });

  it('closes once however often it is asked, also while SFUs keep coming', async () => {
    const running = await sidecar();
    const end = await greeted(running);
    await end.startTap('tap-1', 77);
    const closings = [running.close(), running.close()];
    const late = Array.from({ length: 5 }, () => sfu(running.port));
    await Promise.all(closings);
    expect(running.counters.tapsOpen).toBe(0);
    await end.closed();
    for (const each of late) await each.closed();
  });

  it('starts and closes again and again, on the same ports; close may be called twice', async () => {
    const first = await sidecar();
    const { port, rtpPort } = first;
    await first.close();
    await first.close();
    for (let round = 0; round < 3; round += 1) {
      const again = await sidecar({ port, rtpPort });
      const end = sfu(port);
      expect(await end.greet()).toMatchObject({
        type: 'welcome',
        executionProvider: 'test',
        rtpIp: '127.0.0.1',
        rtpPort,
      });
      await again.close();
      await end.closed();
    }
  });

  it('names the setting when a port is taken, and leaves nothing open', async () => {
    const first = await sidecar();
    await expect(sidecar({ port: first.port })).rejects.toMatchObject({ reason: 'port-taken' });
    await expect(sidecar({ rtpPort: first.rtpPort })).rejects.toThrow('TIMBRE_RTP_PORT');
  });
});

/** A chord of four notes that swell and vibrate. */
function chord(index: number): number {
  const vibrato = 1 + 0.003 * Math.sin(index / 3_000);
  return [262, 330, 392, 523]
    .map((note, voice) => {
      const swell = (1 + Math.sin((index * (voice + 1)) / 8_000)) / 2;
      return 0.12 * swell * Math.sin((2 * Math.PI * note * vibrato * index) / 16_000);
    })
    .reduce((sum, sample) => sum + sample, 0);
}

/** Both are standardised: the mean of the products. */
function correlation(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0) / a.length;
}
