import type { Puppet } from '@timbre/models';
import { describe, expect, it } from 'vitest';
import { DecoderClient, type DecoderWorker } from '../../../plugin/src/decoder/decoder-client.ts';
import type { DecoderReply, DecoderRequest } from '../../../plugin/src/decoder/decoder-messages.ts';

/** A Worker that answers when told to. */
class FakeWorker implements DecoderWorker {
  onmessage: ((event: MessageEvent<DecoderReply>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly requests: DecoderRequest[] = [];
  readonly transferred: ArrayBuffer[] = [];
  terminated = false;

  postMessage(request: DecoderRequest, transfer: ArrayBuffer[]): void {
    this.requests.push(request);
    this.transferred.push(...transfer);
  }

  terminate(): void {
    this.terminated = true;
  }

  get decodes() {
    return this.requests.filter((request) => request.type === 'decode');
  }

  reply(reply: DecoderReply): void {
    this.onmessage?.({ data: reply } as MessageEvent<DecoderReply>);
  }

  /** Decodes the newest request: the puppet's rest tells which code it was. */
  answer(): Puppet {
    const request = this.decodes.at(-1)!;
    const rest = request.code.slice(0, 1);
    const puppet: Puppet = { rest, deltas: [], skin: new Uint8Array(4), textureSize: 1 };
    this.reply({ type: 'decoded', requestId: request.requestId, puppet });
    return puppet;
  }
}

function clientWithWorker() {
  const workers: FakeWorker[] = [];
  let nowMs = 0;
  const client = new DecoderClient({
    modelsUrl: 'https://example.org/models/',
    createWorker: () => {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    },
    now: () => nowMs,
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { client, workers, pass };
}

const code = (value: number) => new Float32Array(128).fill(value);
const soon = () => Promise.resolve().then(() => {});

describe('the decoder client', () => {
  it('starts the Worker with the first code, not before', () => {
    const { client, workers } = clientWithWorker();
    expect(workers).toHaveLength(0);
    void client.decode('ada', code(1));
    expect(workers[0]!.requests[0]).toEqual({
      type: 'open',
      modelsUrl: 'https://example.org/models/',
      wasmPaths: undefined,
    });
  });

  it('has one code in flight and keeps only the newest waiting of each participant', async () => {
    const { client, workers } = clientWithWorker();
    const first = client.decode('ada', code(1));
    const second = client.decode('ada', code(2));
    const other = client.decode('grace', code(3));
    const third = client.decode('ada', code(4));
    const worker = workers[0]!;
    expect(worker.decodes).toHaveLength(1);
    expect(await second).toEqual({ outcome: 'superseded' });

    worker.answer();
    expect(await first).toMatchObject({ outcome: 'decoded', puppet: { rest: new Float32Array([1]) } });
    worker.answer();
    expect(await other).toMatchObject({ puppet: { rest: new Float32Array([3]) } });
    worker.answer();
    expect(await third).toMatchObject({ puppet: { rest: new Float32Array([4]) } });
    expect(worker.decodes).toHaveLength(3);
    expect(client.superseded).toBe(1);
  });

  it('never holds more requests than participants, however fast codes come', () => {
    const { client, workers } = clientWithWorker();
    for (let index = 0; index < 1000; index += 1) void client.decode(`p${index % 5}`, code(index));
    expect(workers[0]!.decodes).toHaveLength(1);
    expect(client.superseded).toBe(1000 - 1 - 5);
  });

  it('transfers a copy: the caller keeps its code', () => {
    const { client, workers } = clientWithWorker();
    const mine = code(7);
    void client.decode('ada', mine);
    expect(workers[0]!.transferred).not.toContain(mine.buffer);
    expect(workers[0]!.transferred).toHaveLength(1);
    expect(mine[0]).toBe(7);
  });

  it('forgets a participant: what waits is zeroed, and so is the face in flight when it comes', async () => {
    const { client, workers } = clientWithWorker();
    const inFlight = client.decode('ada', code(1));
    const waiting = client.decode('ada', code(2));
    const other = client.decode('grace', code(3));
    client.forget('ada');
    expect(await inFlight).toEqual({ outcome: 'superseded' });
    expect(await waiting).toEqual({ outcome: 'superseded' });
    const face = workers[0]!.answer();
    expect([...face.rest]).toEqual([0]);
    workers[0]!.answer();
    expect(await other).toMatchObject({ outcome: 'decoded', puppet: { rest: new Float32Array([3]) } });
  });

  it('decodes the average face once', async () => {
    const { client, workers } = clientWithWorker();
    const both = Promise.all([client.decodeAverage(), client.decodeAverage()]);
    workers[0]!.answer();
    const [a, b] = await both;
    expect(a).toBe(b);
    expect(workers[0]!.decodes).toHaveLength(1);
  });

  it('tells one failed code and goes on with the next', async () => {
    const { client, workers } = clientWithWorker();
    const failing = client.decode('ada', code(1));
    const next = client.decode('grace', code(2));
    const { requestId } = workers[0]!.decodes[0]!;
    workers[0]!.reply({ type: 'failed', requestId, message: 'out of memory' });
    const error = { reason: 'decode-failed', message: 'the face of ada was not decoded: out of memory' };
    expect(await failing).toMatchObject({ outcome: 'failed', error });
    workers[0]!.answer();
    expect(await next).toMatchObject({ outcome: 'decoded' });
  });

  it('gives up when the models are unavailable, and tries again after five seconds', async () => {
    const { client, workers, pass } = clientWithWorker();
    const waiting = client.decode('ada', code(1));
    workers[0]!.reply({ type: 'unavailable', message: 'contract.json: HTTP 404' });
    expect(await waiting).toMatchObject({ outcome: 'failed', error: { reason: 'models-unavailable' } });
    expect(workers[0]!.terminated).toBe(true);
    expect(await client.decode('ada', code(2))).toMatchObject({ outcome: 'failed' });
    expect(workers).toHaveLength(1);
    pass(5000);
    const again = client.decode('ada', code(3));
    workers[1]!.answer();
    expect(await again).toMatchObject({ outcome: 'decoded' });
  });

  it('ends the Worker and tells everybody who waits when closed', async () => {
    const { client, workers } = clientWithWorker();
    const outcomes = [client.decode('ada', code(1)), client.decode('grace', code(2))];
    client.close();
    client.close();
    await soon();
    expect(await Promise.all(outcomes)).toEqual([{ outcome: 'superseded' }, { outcome: 'superseded' }]);
    expect(workers[0]!.terminated).toBe(true);
  });
});
