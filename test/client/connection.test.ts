import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from '../../client/src/connection.ts';
import { CallError } from '../../client/src/errors.ts';

/** Stands in for socket.io's socket: connects when told to, and says what the test says. */
class FakeSocket {
  active = true;
  connects = 0;
  disconnects = 0;
  readonly tokens: unknown[] = [];
  readonly #auth: () => Record<string, unknown>;
  readonly #listeners = new Map<string, (argument: unknown) => void>();

  constructor(auth: () => Record<string, unknown>) {
    this.#auth = auth;
  }

  on(name: string, listener: (argument: unknown) => void) {
    this.#listeners.set(name, listener);
  }

  connect() {
    this.connects += 1;
    this.tokens.push(this.#auth().token);
  }

  disconnect() {
    this.disconnects += 1;
  }

  say(name: string, argument?: unknown) {
    this.#listeners.get(name)?.(argument);
  }

  refuse(reason: string) {
    this.active = false;
    this.say('connect_error', Object.assign(new Error('refused'), { data: { reason, message: 'no' } }));
  }
}

function open(fetchToken: () => Promise<string>) {
  let socket!: FakeSocket;
  const connection = new Connection(fetchToken, (auth) => {
    socket = new FakeSocket(auth);
    return socket as unknown as Socket;
  });
  const heard: unknown[] = [];
  connection.on('connected', () => heard.push('connected'));
  connection.on('lost', () => heard.push('lost'));
  connection.on('refused', (error) => heard.push(error));
  return { connection, socket, heard };
}

describe('connection', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('connects with a fresh token', async () => {
    const { connection, socket, heard } = open(async () => 'token-1');
    await connection.open();
    socket.say('connect');
    expect(socket.tokens).toEqual(['token-1']);
    expect(heard).toEqual(['connected']);
  });

  it('says at once that the server can’t be reached the first time', async () => {
    const { connection, socket, heard } = open(async () => 'token-1');
    await connection.open();
    socket.say('connect_error', new Error('xhr poll error'));
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ reason: 'server-unreachable' });
  });

  it('leaves later attempts to socket.io, without a word', async () => {
    const { connection, socket, heard } = open(async () => 'token-1');
    await connection.open();
    socket.say('connect');
    socket.say('disconnect', 'transport close');
    socket.say('connect_error', new Error('still away'));
    expect(heard).toEqual(['connected', 'lost']);
  });

  it('connects again after the server hung up, which socket.io does not', async () => {
    const { connection, socket, heard } = open(async () => 'token-1');
    await connection.open();
    socket.say('connect');
    socket.say('disconnect', 'io server disconnect');
    expect(socket.connects).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(socket.connects).toBe(2);
    expect(heard).toEqual(['connected', 'lost']);
  });

  it('gets another token when the first has expired during the call, but only once', async () => {
    let issued = 0;
    const { connection, socket, heard } = open(async () => `token-${++issued}`);
    await connection.open();
    socket.say('connect');
    socket.say('disconnect', 'transport close');
    socket.refuse('wrong-token');
    await vi.advanceTimersByTimeAsync(0);
    expect(socket.tokens).toEqual(['token-1', 'token-2']);
    socket.refuse('wrong-token');
    await vi.advanceTimersByTimeAsync(0);
    expect(socket.connects).toBe(2);
    expect(heard.at(-1)).toMatchObject({ reason: 'wrong-token' });
  });

  it('keeps trying while the server that gives tokens is away', async () => {
    const answers = ['token-1', CallError.unreachable(), 'token-2'];
    const fetchToken = async () => {
      const answer = answers.shift()!;
      if (answer instanceof Error) throw answer;
      return answer as string;
    };
    const { connection, socket, heard } = open(fetchToken);
    await connection.open();
    socket.say('connect');
    socket.say('disconnect', 'transport close');
    socket.refuse('wrong-token');
    await vi.advanceTimersByTimeAsync(1_000);
    socket.refuse('wrong-token');
    await vi.advanceTimersByTimeAsync(0);
    expect(socket.tokens).toEqual(['token-1', 'token-1', 'token-2']);
    expect(heard).toEqual(['connected', 'lost']);
  });

  it('does not retry a first token that is refused', async () => {
    const { connection, socket, heard } = open(async () => 'token-1');
    await connection.open();
    socket.refuse('wrong-token');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(socket.connects).toBe(1);
    expect(heard[0]).toMatchObject({ reason: 'wrong-token' });
  });

  it('is silent and still once closed', async () => {
    const { connection, socket, heard } = open(async () => 'token-1');
    await connection.open();
    socket.say('connect');
    socket.say('disconnect', 'io server disconnect');
    connection.close();
    connection.close();
    connection.renew();
    await vi.advanceTimersByTimeAsync(60_000);
    socket.say('disconnect', 'io client disconnect');
    socket.refuse('server-error');
    expect(socket.connects).toBe(1);
    expect(heard).toEqual(['connected', 'lost']);
  });
});
