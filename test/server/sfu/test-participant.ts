/** A participant's page without a browser: socket.io-client and the protocol's own door. No media of its own. */
import {
  admitEvent,
  admitReply,
  type EventBody,
  type EventName,
  events,
  type Joined,
  PROTOCOL_VERSION,
  ProtocolError,
  type Refusal,
  type ReplyBody,
  type Request,
  type RequestName,
} from '@timbre/protocol';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { vi } from 'vitest';

export interface JoinOptions {
  readonly resumeKey?: string;
}

type Received = { [Name in EventName]: { readonly name: Name; readonly body: EventBody<Name> } }[EventName];

/** Rejects with a ProtocolError of the refusal's reason, or of `server-error` if the socket didn't come up at all. */
async function connected(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error) => {
      const refusal = (error as Error & { data?: Refusal }).data;
      socket.close();
      reject(new ProtocolError(refusal?.reason ?? 'server-error', error.message));
    });
  });
}

export class TestParticipant {
  readonly socket: Socket;
  /** Every event that came, in order. */
  readonly received: Received[] = [];
  #joined: Joined | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    for (const name of Object.keys(events) as EventName[]) {
      socket.on(name, (body: unknown) => this.received.push({ name, body: admitEvent(name, body) } as Received));
    }
  }

  static async connect(
    url: string,
    token: string,
    options: Partial<ManagerOptions & SocketOptions> = {},
  ): Promise<TestParticipant> {
    const socket = io(url, {
      auth: { protocol: PROTOCOL_VERSION, token },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      ...options,
    });
    await connected(socket);
    return new TestParticipant(socket);
  }

  get joined(): Joined {
    if (this.#joined === undefined) throw new Error('not joined yet');
    return this.#joined;
  }

  async join(options: JoinOptions = {}): Promise<Joined> {
    this.#joined = await this.request('join', options);
    return this.#joined;
  }

  /** Rejects with a ProtocolError if the server refuses, or answers something malformed. */
  async request<Name extends RequestName>(name: Name, body: Request<Name>): Promise<ReplyBody<Name>> {
    return admitReply(name, await this.requestRaw(name, body));
  }

  /** The same without types: for what no page would send. */
  async requestRaw(name: string, ...args: unknown[]): Promise<unknown> {
    const reply = (await this.socket.timeout(5_000).emitWithAck(name, ...args)) as
      | { ok: true; body: unknown }
      | { ok: false; refusal: Refusal };
    if (!reply.ok) throw new ProtocolError(reply.refusal.reason, reply.refusal.message);
    return reply.body;
  }

  /** A send transport and an audio or video Producer on it (no packets flow: the transport isn't connected). */
  async produce(kind: 'audio' | 'video', options: { paused?: boolean } = {}): Promise<string> {
    const { transportId } = await this.request('create-transport', { direction: 'send' });
    const rtpParameters = kind === 'audio' ? opusParameters() : vp8Parameters();
    const { producerId } = await this.request('produce', { transportId, kind, rtpParameters, ...options });
    return producerId;
  }

  events<Name extends EventName>(name: Name): EventBody<Name>[] {
    return this.received.filter((event) => event.name === name).map((event) => event.body as EventBody<Name>);
  }

  /** The avatar state of a participant as it was last told. */
  avatarOf(participantId: string) {
    return this.events('avatar').findLast((event) => event.participantId === participantId)?.avatar;
  }

  async waitFor<Name extends EventName>(
    name: Name,
    fits: (body: EventBody<Name>) => boolean = () => true,
    timeoutMs = 5_000,
  ): Promise<EventBody<Name>> {
    return await vi.waitFor(
      () => {
        const body = this.events(name).find(fits);
        if (body === undefined) throw new Error(`no ${name} yet`);
        return body;
      },
      { timeout: timeoutMs, interval: 10 },
    );
  }

  /** As a broken network does: the engine's connection goes, without a word. */
  breakConnection(): void {
    this.socket.io.engine.close();
  }

  disconnect(): void {
    this.socket.close();
  }
}

let nextSsrc = 1_000;

export function opusParameters(ssrc = nextSsrc++): Record<string, unknown> {
  return {
    mid: String(ssrc),
    codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: {} }],
    headerExtensions: [],
    encodings: [{ ssrc }],
    rtcp: { cname: 'test' },
  };
}

export function vp8Parameters(ssrc = nextSsrc++): Record<string, unknown> {
  return {
    mid: String(ssrc),
    codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {} }],
    headerExtensions: [],
    encodings: [{ ssrc }],
    rtcp: { cname: 'test' },
  };
}
