import { type ProducerSummary, ProtocolError, type ReplyBody, type Request } from '@timbre/protocol';
import type { types } from 'mediasoup';
import { Emitter } from '../emitter.ts';
import { messageOf } from '../log.ts';

/** Transports of one participant: one to send, one to receive, and as many again while a new pair replaces them. */
export const TRANSPORTS_MAX = 4;
/** Producers of one participant: microphone, camera, screen and its sound. */
export const PRODUCERS_MAX = 4;
/** Consumers of one participant: all Producers of a full room. */
export const CONSUMERS_MAX = 25 * PRODUCERS_MAX;

const MOST = { transports: TRANSPORTS_MAX, producers: PRODUCERS_MAX, consumers: CONSUMERS_MAX } as const;

/** The Router and WebRtcServer that the room stands on. */
export interface MediaGround {
  readonly router: types.Router;
  readonly webRtcServer: types.WebRtcServer;
}

export type ParticipantMediaEvents = {
  'producer-added': [producer: ProducerSummary];
  'producer-removed': [producerId: string];
  'producer-paused': [producerId: string, paused: boolean];
};

/** Transports, Producers and Consumers of one person. All are closed with their Transport, and it with the Router. */
export class ParticipantMedia {
  readonly #events = new Emitter<ParticipantMediaEvents>();
  readonly #transports = new Map<string, types.WebRtcTransport>();
  readonly #producers = new Map<string, types.Producer>();
  readonly #consumers = new Map<string, types.Consumer>();
  /** Under way: asked for, not yet made. */
  readonly #making = { transports: 0, producers: 0, consumers: 0 };
  #closed = false;

  on<Name extends keyof ParticipantMediaEvents>(
    name: Name,
    listener: (...args: ParticipantMediaEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  get producers(): readonly ProducerSummary[] {
    return [...this.#producers.values()].map(summaryOf);
  }

  /** False before the first Transport, and after their Worker died until new ones are created. */
  get hasTransports(): boolean {
    return this.#transports.size > 0;
  }

  hasProducer(producerId: string): boolean {
    return this.#producers.has(producerId);
  }

  /** A WebRtcTransport on the WebRtcServer's one port, UDP preferred. */
  async createTransport(ground: MediaGround): Promise<ReplyBody<'create-transport'>> {
    const { router, webRtcServer } = ground;
    const transport = await this.#within('transports', this.#transports, () =>
      router.createWebRtcTransport({ webRtcServer, preferUdp: true }),
    );
    transport.observer.once('close', () => this.#transports.delete(transport.id));
    if (this.#closed) {
      transport.close();
      throw new ProtocolError('not-joined', 'you have left meanwhile');
    }
    return {
      transportId: transport.id,
      iceParameters: { ...transport.iceParameters },
      iceCandidates: transport.iceCandidates.map((candidate) => ({ ...candidate })),
      dtlsParameters: { ...transport.dtlsParameters },
    };
  }

  async connectTransport({ transportId, dtlsParameters }: Request<'connect-transport'>): Promise<void> {
    const transport = this.#transport(transportId);
    await refuseIfThrown(transport, () =>
      transport.connect({ dtlsParameters: dtlsParameters as unknown as types.DtlsParameters }),
    );
  }

  async restartIce({ transportId }: Request<'restart-ice'>): Promise<ReplyBody<'restart-ice'>> {
    const transport = this.#transport(transportId);
    return { iceParameters: { ...(await refuseIfThrown(transport, () => transport.restartIce())) } };
  }

  async produce(request: Request<'produce'>): Promise<ReplyBody<'produce'>> {
    const { transportId, kind, rtpParameters, paused = false } = request;
    const transport = this.#transport(transportId);
    const producer = await this.#within('producers', this.#producers, () =>
      refuseIfThrown(transport, () =>
        transport.produce({ kind, rtpParameters: rtpParameters as unknown as types.RtpParameters, paused }),
      ),
    );
    producer.observer.once('close', () => {
      this.#producers.delete(producer.id);
      this.#events.emit('producer-removed', producer.id);
    });
    this.#events.emit('producer-added', summaryOf(producer));
    return { producerId: producer.id };
  }

  async pauseProducer(producerId: string, paused: boolean): Promise<void> {
    const producer = this.#producers.get(producerId);
    if (producer === undefined) throw new ProtocolError('unknown-producer', 'no such producer of yours');
    if (producer.paused === paused) return;
    await (paused ? producer.pause() : producer.resume());
    this.#events.emit('producer-paused', producerId, paused);
  }

  closeProducer(producerId: string): void {
    const producer = this.#producers.get(producerId);
    if (producer === undefined) throw new ProtocolError('unknown-producer', 'no such producer of yours');
    producer.close();
  }

  /** The Consumer is created paused: not a packet is lost before the receiving side is ready. */
  async consume(ground: MediaGround, request: Request<'consume'>): Promise<ReplyBody<'consume'>> {
    const { transportId, producerId } = request;
    const rtpCapabilities = request.rtpCapabilities as unknown as types.RtpCapabilities;
    const transport = this.#transport(transportId);
    if (!ground.router.canConsume({ producerId, rtpCapabilities })) {
      throw new ProtocolError('cannot-consume', 'the rtpCapabilities have no codec of this producer');
    }
    const consumer = await this.#within('consumers', this.#consumers, () =>
      refuseIfThrown(transport, () => transport.consume({ producerId, rtpCapabilities, paused: true })),
    );
    consumer.observer.once('close', () => this.#consumers.delete(consumer.id));
    return {
      consumerId: consumer.id,
      producerId,
      kind: consumer.kind,
      rtpParameters: { ...consumer.rtpParameters },
      producerPaused: consumer.producerPaused,
    };
  }

  async resumeConsumer(consumerId: string): Promise<void> {
    const consumer = this.#consumers.get(consumerId);
    if (consumer === undefined) throw new ProtocolError('unknown-consumer', 'no such consumer of yours');
    await consumer.resume();
  }

  /** Closes everything. Final, idempotent, never throws. */
  close(): void {
    this.#closed = true;
    for (const transport of [...this.#transports.values()]) transport.close();
  }

  /** Throws ProtocolError `too-many` at the limit. What is under way counts too: many may be asked for at once. */
  async #within<Made extends { readonly id: string }>(
    what: keyof typeof MOST,
    made: Map<string, Made>,
    make: () => Promise<Made>,
  ): Promise<Made> {
    const most = MOST[what];
    if (made.size + this.#making[what] >= most) throw new ProtocolError('too-many', `at most ${most} ${what}`);
    this.#making[what] += 1;
    try {
      const one = await make();
      made.set(one.id, one);
      return one;
    } finally {
      this.#making[what] -= 1;
    }
  }

  #transport(transportId: string): types.WebRtcTransport {
    const transport = this.#transports.get(transportId);
    if (transport === undefined) throw new ProtocolError('unknown-transport', 'no such transport of yours');
    return transport;
  }
}

function summaryOf(producer: types.Producer): ProducerSummary {
  return { producerId: producer.id, kind: producer.kind, paused: producer.paused };
}

/**
 * What mediasoup throws, as a refusal. While the Transport stands, what the Worker doesn't accept is what the
 * participant asked for (a second connect, an SSRC given twice, parameters that don't fit).
 */
async function refuseIfThrown<Value>(transport: types.WebRtcTransport, ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (cause) {
    if (transport.closed) throw new ProtocolError('unknown-transport', 'the transport closed meanwhile', { cause });
    throw new ProtocolError('malformed', messageOf(cause), { cause });
  }
}
