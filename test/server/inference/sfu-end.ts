/** The SFU's end of the tap link, as a test needs it: says what it is told to, remembers what it hears, sends RTP. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  admitToSfu,
  type Reading,
  TAP_LINK_VERSION,
  type ToSfu,
  type ToSidecar,
} from '../../../server/src/tap/tap-messages.ts';
import { PAYLOAD_TYPE, type TimedDatagram } from './rtp-bytes.ts';

export const TEST_SECRET = 'a secret of at least thirty-two characters';

/** How far behind its schedule the speaker catches up. */
const BURST_MS = 60;
const PATIENCE_MS = 10_000;

export type HeardMessage = ToSfu & { readonly atMs: number };

export class SfuEnd {
  readonly heard: HeardMessage[] = [];
  readonly #socket: WebSocket;
  readonly #rtp: Socket = createSocket('udp4');
  readonly #beat: NodeJS.Timeout;
  #closed = false;

  /** `beat` false: never says that it is alive. */
  constructor(port: number, { beat = true } = {}) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}`);
    this.#socket.on('message', (bytes) =>
      this.heard.push({ ...admitToSfu(bytes.toString()), atMs: performance.now() }),
    );
    this.#socket.on('error', () => {});
    this.#beat = setInterval(() => beat && this.send({ type: 'heartbeat' }), 500);
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  async connected(): Promise<void> {
    if (!this.open) await once(this.#socket, 'open');
  }

  /** Connects and says hello; resolves to the welcome, or to why not. */
  async greet(hello: Partial<Extract<ToSidecar, { type: 'hello' }>> = {}): Promise<ToSfu> {
    await this.connected();
    this.send({ type: 'hello', version: TAP_LINK_VERSION, secret: TEST_SECRET, ...hello });
    return this.first((message) => message.type === 'welcome' || message.type === 'refused');
  }

  send(message: ToSidecar): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string | Uint8Array): void {
    if (this.open) this.#socket.send(text);
  }

  async startTap(tapId: string, ssrc: number): Promise<ToSfu> {
    const payloadType = PAYLOAD_TYPE;
    this.send({ type: 'start', tapId, ssrc, payloadType, codec: 'opus', clockRate: 48_000, channels: 2 });
    return this.first(
      (message) => (message.type === 'started' || message.type === 'stopped') && message.tapId === tapId,
    );
  }

  async stopTap(tapId: string): Promise<ToSfu> {
    this.send({ type: 'stop', tapId });
    return this.first((message) => message.type === 'stopped' && message.tapId === tapId);
  }

  /**
   * Sends RTP, `speed` times as fast as it was spoken; on a busy machine slower, rather than in bursts that overflow
   * the receiving socket. Falls silent once closed.
   */
  async speak(datagrams: readonly TimedDatagram[], rtpPort: number, speed = 1): Promise<void> {
    let startMs = performance.now();
    for (const { atMs, bytes } of datagrams) {
      const waitMs = startMs + atMs / speed - performance.now();
      startMs += Math.max(0, -waitMs - BURST_MS);
      await new Promise<void>((resolve) => {
        if (waitMs > 1) setTimeout(resolve, waitMs);
        else setImmediate(resolve);
      });
      if (this.#closed) return;
      this.#rtp.send(bytes, rtpPort, '127.0.0.1');
    }
  }

  /** The first message that fits, also of those that came already. Rejects after `timeoutMs`. */
  async first(fits: (message: ToSfu) => boolean, timeoutMs = PATIENCE_MS): Promise<HeardMessage> {
    const message = await poll(() => this.heard.find(fits), timeoutMs);
    if (!message) throw new Error(`not heard within ${timeoutMs} ms: ${fits}`);
    return message;
  }

  readings(tapId: string): (Reading & { readonly atMs: number })[] {
    return this.heard.filter((message) => message.type === 'reading').filter((reading) => reading.tapId === tapId);
  }

  async closed(): Promise<void> {
    const closed = await poll(() => this.#socket.readyState === WebSocket.CLOSED || undefined, PATIENCE_MS);
    if (!closed) throw new Error('the tap link is still open');
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#beat);
    this.#socket.terminate();
    this.#rtp.close();
  }
}

async function poll<Value>(look: () => Value | undefined, timeoutMs: number): Promise<Value | undefined> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const value = look();
    if (value !== undefined || performance.now() > endMs) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
