import { ProtocolError } from '@timbre/protocol';
import { describe, expect, it, vi } from 'vitest';
import { CallError } from '../../client/src/errors.ts';
import { refusalOf, Signalling, type SignallingSocket } from '../../client/src/signalling.ts';

type Listener = (body: unknown) => void;

/** A socket that answers with what `answer` gives. */
class FakeSocket implements SignallingSocket {
  connected = true;
  readonly sent: [string, unknown][] = [];
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #answer: (name: string) => Promise<unknown>;

  constructor(answer: (name: string) => Promise<unknown>) {
    this.#answer = answer;
  }

  timeout() {
    return {
      emitWithAck: (name: string, body: unknown) => {
        this.sent.push([name, body]);
        return this.#answer(name);
      },
    };
  }

  on(name: string, listener: Listener) {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener));
  }

  off(name: string, listener: Listener) {
    this.#listeners.get(name)?.delete(listener);
  }

  deliver(name: string, body: unknown) {
    for (const listener of this.#listeners.get(name) ?? []) listener(body);
  }
}

describe('signalling', () => {
  it('resolves with the validated body of a reply', async () => {
    const socket = new FakeSocket(async () => ({ ok: true, body: { producerId: 'p1' } }));
    const body = { transportId: 't1', kind: 'audio' as const, rtpParameters: {} };
    await expect(new Signalling(socket).request('produce', body)).resolves.toEqual({ producerId: 'p1' });
    expect(socket.sent).toEqual([['produce', body]]);
  });

  it('throws the server’s refusal with its reason', async () => {
    const refusal = { reason: 'room-full', message: 'the room has 25 participants' };
    const socket = new FakeSocket(async () => ({ ok: false, refusal }));
    const thrown = await new Signalling(socket).request('join', {}).catch((error) => error);
    expect(thrown).toBeInstanceOf(ProtocolError);
    expect(thrown).toMatchObject(refusal);
  });

  it.each([[{ ok: true, body: { producerId: 7 } }], [{ ok: true }], ['yes'], [null], [undefined]])(
    'throws on the reply %j, which fits no schema',
    async (reply) => {
      const socket = new FakeSocket(async () => reply);
      const request = new Signalling(socket).request('produce', { transportId: 't', kind: 'audio', rtpParameters: {} });
      await expect(request).rejects.toBeInstanceOf(ProtocolError);
    },
  );

  it('tells a missing answer from a lost connection', async () => {
    const socket = new FakeSocket(() => Promise.reject(new Error('operation has timed out')));
    const signalling = new Signalling(socket, { timeoutMs: 5 });
    await expect(signalling.request('leave', {})).rejects.toMatchObject({ reason: 'no-answer' });
    const losing = new FakeSocket(async () => {
      losing.connected = false;
      throw new Error('socket has been disconnected');
    });
    await expect(new Signalling(losing).request('leave', {})).rejects.toMatchObject({ reason: 'disconnected' });
  });

  it('sends nothing without a connection', async () => {
    const socket = new FakeSocket(async () => ({ ok: true, body: {} }));
    socket.connected = false;
    await expect(new Signalling(socket).request('leave', {})).rejects.toBeInstanceOf(CallError);
    expect(socket.sent).toEqual([]);
  });

  it('delivers valid events until unsubscribed and drops malformed ones with a warning', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const socket = new FakeSocket(async () => undefined);
    const heard: string[] = [];
    const stop = new Signalling(socket).on('participant-left', ({ participantId }) => heard.push(participantId));
    socket.deliver('participant-left', { participantId: 'p-1' });
    socket.deliver('participant-left', { participantId: 'not an id!' });
    socket.deliver('participant-left', undefined);
    stop();
    socket.deliver('participant-left', { participantId: 'p-2' });
    expect(heard).toEqual(['p-1']);
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });

  it('takes a face code whose bytes came as an ArrayBuffer, as socket.io gives them to browsers', () => {
    const socket = new FakeSocket(async () => undefined);
    const codes: Uint8Array[] = [];
    new Signalling(socket).on('avatar', ({ avatar }) => {
      if (avatar.state === 'settled') codes.push(avatar.code.bytes);
    });
    const style = {
      look: 'illustrated',
      tone: 0.5,
      hair: 'crop',
      hairColour: '#222222',
      beard: '',
      brows: 'soft',
      browColour: '#222222',
      eyes: 'brown',
      clothes: 'male_casualsuit04',
      clothesColour: '#335577',
      background: ['#ffffff', '#cccccc'],
    };
    const bytes = new Uint8Array([1, 2, 3]).buffer;
    const avatar = { state: 'settled', confidence: 0.9, code: { contract: 1, bytes }, style };
    socket.deliver('avatar', { participantId: 'p-1', avatar });
    expect(codes).toEqual([new Uint8Array([1, 2, 3])]);
  });

  it('treats a refusal without a known reason as the server’s fault', () => {
    expect(refusalOf(undefined).reason).toBe('server-error');
    expect(refusalOf({ reason: 'made-up', message: 'x' }).reason).toBe('server-error');
    expect(refusalOf({ reason: 'wrong-token', message: 'expired' })).toMatchObject({
      reason: 'wrong-token',
      message: 'expired',
    });
  });
});
