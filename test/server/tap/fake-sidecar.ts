/** A sidecar for tests: speaks the tap link's messages, receives RTP on a UDP socket, and says what a test wants. */
import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  admitToSidecar,
  type Reading,
  TAP_HEARTBEAT_MS,
  TAP_LINK_VERSION,
  type ToSfu,
  type ToSidecar,
} from '../../../server/src/tap/tap-messages.ts';

export interface FakeSidecarOptions {
  readonly secret: string;
  /** TCP port of the tap link; default a free one. */
  readonly port?: number;
  readonly capacity?: number;
  /** What it answers to `hello`; default a welcome. */
  readonly greeting?: ToSfu;
  /** Answers `start` with `started`; default true. */
  readonly arms?: boolean;
  /** Answers `start` with `stopped`, as a sidecar without room does; default false. */
  readonly refusesTaps?: boolean;
  /** Answers `stop` with `stopped`; default true. */
  readonly acknowledges?: boolean;
}

export type FakeTap = Extract<ToSidecar, { type: 'start' }>;

export class FakeSidecar {
  readonly url: string;
  readonly rtpPort: number;
  /** Taps that were started and not stopped. */
  readonly taps = new Map<string, FakeTap>();
  /** Every tap that was ever started, in order. */
  readonly started: FakeTap[] = [];
  readonly stopped: string[] = [];
  /** RTP packets received, by SSRC. */
  readonly packets = new Map<number, Buffer[]>();
  readonly hellos: string[] = [];
  readonly #options: FakeSidecarOptions;
  readonly #server: WebSocketServer;
  readonly #udp: Socket;
  readonly #beat: NodeJS.Timeout;
  #silent = false;
  #closed = false;

  private constructor(options: FakeSidecarOptions, server: WebSocketServer, udp: Socket) {
    this.#options = options;
    this.#server = server;
    this.#udp = udp;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.rtpPort = udp.address().port;
    server.on('connection', (socket) => {
      socket.on('message', (bytes) => this.#receive(socket, bytes.toString()));
      socket.on('error', () => {});
    });
    udp.on('message', (packet) => {
      const ssrc = packet.readUInt32BE(8);
      this.packets.set(ssrc, [...(this.packets.get(ssrc) ?? []), packet]);
    });
    this.#beat = setInterval(() => this.send({ type: 'heartbeat' }), TAP_HEARTBEAT_MS);
  }

  static async start(options: FakeSidecarOptions): Promise<FakeSidecar> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: options.port ?? 0 });
    const udp = createSocket('udp4');
    await Promise.all([
      new Promise((resolve) => server.once('listening', resolve)),
      new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve)),
    ]);
    return new FakeSidecar(options, server, udp);
  }

  /** To every SFU that is connected. */
  send(message: ToSfu): void {
    if (this.#silent) return;
    for (const socket of this.#server.clients) socket.send(JSON.stringify(message));
  }

  /** Sends text that needn't be a message. */
  sendText(text: string): void {
    for (const socket of this.#server.clients) socket.send(text);
  }

  read(tapId: string, code: Uint8Array, reading: Partial<Reading> = {}): void {
    this.send({
      type: 'reading',
      tapId,
      progress: 0.4,
      confidence: 0.5,
      code: Buffer.from(code).toString('base64'),
      contract: 1,
      settled: false,
      converged: false,
      voicedMs: 1200,
      ...reading,
    });
  }

  /** Hangs as a stopped process does: the sockets stay open, nothing comes any more. */
  fallSilent(): void {
    this.#silent = true;
    this.taps.clear();
  }

  /** Speaks again, with everything forgotten, as a restarted process would. */
  wake(): void {
    this.#silent = false;
    for (const socket of this.#server.clients) socket.terminate();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#beat);
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
    await new Promise<void>((resolve) => this.#udp.close(() => resolve()));
  }

  #receive(socket: WebSocket, text: string): void {
    if (this.#silent) return;
    const message = admitToSidecar(text);
    const { secret, capacity = 10, greeting, arms = true, acknowledges = true, refusesTaps = false } = this.#options;
    const answer = (reply: ToSfu) => socket.send(JSON.stringify(reply));
    switch (message.type) {
      case 'hello': {
        this.hellos.push(message.secret);
        const rtp = { rtpIp: '127.0.0.1', rtpPort: this.rtpPort };
        const welcome = { version: TAP_LINK_VERSION, executionProvider: 'cpu', capacity, ...rtp };
        if (message.secret !== secret) answer({ type: 'refused', reason: 'wrong-secret' });
        else answer(greeting ?? { type: 'welcome', ...welcome });
        return;
      }
      case 'start':
        this.started.push(message);
        if (refusesTaps) {
          answer({ type: 'stopped', tapId: message.tapId, erased: true });
          return;
        }
        this.taps.set(message.tapId, message);
        if (arms) answer({ type: 'started', tapId: message.tapId });
        return;
      case 'stop':
        this.taps.delete(message.tapId);
        this.stopped.push(message.tapId);
        if (acknowledges) answer({ type: 'stopped', tapId: message.tapId, erased: true });
        return;
      case 'heartbeat':
        return;
    }
  }
}
