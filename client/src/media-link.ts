import { Device, type types } from 'mediasoup-client';
import { createNanoEvents, type Unsubscribe } from 'nanoevents';
import { CallError } from './errors.ts';
import type { Signalling } from './signalling.ts';

type Transport = types.Transport;
type Consumer = types.Consumer;
type Producer = types.Producer;
type Direction = 'send' | 'receive';

interface MediaLinkEvents {
  /** The server doesn't know our transports any more: a new link is needed. */
  lost: () => void;
}

/** A transport may be `disconnected` this long (a change of network heals itself) before ICE is restarted. */
const ICE_PATIENCE_MS = 3_000;

/**
 * Everything mediasoup of one stay in the room: the Device, a Transport each way, Producers and Consumers.
 * Made anew when the room re-forms or a lost connection could not be resumed.
 */
export class MediaLink {
  readonly #signalling: Signalling;
  readonly #events = createNanoEvents<MediaLinkEvents>();
  readonly #device: Device;
  readonly #transports: Readonly<Record<Direction, Transport>>;
  readonly #producers = new Map<'audio' | 'video', Producer>();
  /** Consumers by the id of the Producer that they receive. */
  readonly #consumers = new Map<string, { readonly consumer: Consumer; resumed: boolean }>();
  /** Remote Producers on the way between the request and their Consumer. */
  readonly #consuming = new Set<string>();
  /** Own Producers that were closed while the server could not be told. */
  readonly #unclosed = new Set<string>();
  readonly #patience = new Map<Direction, ReturnType<typeof setTimeout>>();
  #closed = false;

  private constructor(signalling: Signalling, device: Device, transports: Record<Direction, Transport>) {
    this.#signalling = signalling;
    this.#device = device;
    this.#transports = transports;
    for (const direction of ['send', 'receive'] as const) this.#watchIce(direction);
  }

  /** Loads a Device and creates both transports. Throws CallError `unsupported-browser`, or what signalling throws. */
  static async connect(signalling: Signalling, routerRtpCapabilities: Record<string, unknown>): Promise<MediaLink> {
    let device: Device;
    try {
      device = await Device.factory();
    } catch (cause) {
      throw new CallError('unsupported-browser', 'mediasoup-client knows no way to use this browser', { cause });
    }
    await device.load({ routerRtpCapabilities: routerRtpCapabilities as types.RtpCapabilities });
    const [send, receive] = await Promise.all([
      createTransport(signalling, device, 'send'),
      createTransport(signalling, device, 'receive'),
    ]);
    return new MediaLink(signalling, device, { send, receive });
  }

  on<Name extends keyof MediaLinkEvents>(name: Name, listener: MediaLinkEvents[Name]): Unsubscribe {
    return this.#events.on(name, listener);
  }

  /** Sends the microphone: mono Opus that falls silent with the speaker (DTX) and mends losses in-band (FEC). */
  async produceMicrophone(track: MediaStreamTrack, options: { paused: boolean }): Promise<void> {
    if (options.paused) track.enabled = false;
    const producer = await this.#transports.send.produce({
      track,
      stopTracks: false,
      codecOptions: { opusStereo: false, opusDtx: true, opusFec: true },
      appData: { paused: options.paused },
    });
    if (options.paused) producer.pause();
    this.#producers.set('audio', producer);
  }

  async produceCamera(track: MediaStreamTrack): Promise<void> {
    const producer = await this.#transports.send.produce({
      track,
      stopTracks: false,
      encodings: [{ maxBitrate: 700_000 }],
      codecOptions: { videoGoogleStartBitrate: 300 },
    });
    this.#producers.set('video', producer);
  }

  /** Silence first, then the message: nothing is sent after the click. */
  async pauseMicrophone(paused: boolean): Promise<void> {
    const producer = this.#producers.get('audio');
    if (producer === undefined) return;
    if (paused) producer.pause();
    else producer.resume();
    await this.#signalling.request(paused ? 'pause-producer' : 'resume-producer', { producerId: producer.id });
  }

  /** Another microphone in the same Producer: the others hear no gap. */
  async replaceMicrophone(track: MediaStreamTrack): Promise<void> {
    await this.#producers.get('audio')?.replaceTrack({ track });
  }

  async closeCamera(): Promise<void> {
    const producer = this.#producers.get('video');
    if (producer === undefined) return;
    this.#producers.delete('video');
    producer.close();
    this.#unclosed.add(producer.id);
    await this.#tellClosed(producer.id);
  }

  /** Receives a remote Producer. Resolves with undefined if it is received already or was dropped meanwhile. */
  async consume(producerId: string): Promise<Consumer | undefined> {
    if (this.#consumers.has(producerId) || this.#consuming.has(producerId)) return undefined;
    this.#consuming.add(producerId);
    try {
      return await this.#receive(producerId);
    } finally {
      this.#consuming.delete(producerId);
    }
  }

  async #receive(producerId: string): Promise<Consumer | undefined> {
    const receive = this.#transports.receive;
    const rtpCapabilities = this.#device.recvRtpCapabilities as unknown as Record<string, unknown>;
    const answer = await this.#signalling.request('consume', { transportId: receive.id, producerId, rtpCapabilities });
    if (this.#closed || !this.#consuming.has(producerId)) return undefined;
    const consumer = await receive.consume({
      id: answer.consumerId,
      producerId,
      kind: answer.kind,
      rtpParameters: answer.rtpParameters as unknown as types.RtpParameters,
    });
    const entry = { consumer, resumed: false };
    this.#consumers.set(producerId, entry);
    await this.#resume(entry);
    return consumer;
  }

  dropConsumer(producerId: string): Consumer | undefined {
    this.#consuming.delete(producerId);
    const entry = this.#consumers.get(producerId);
    if (entry === undefined) return undefined;
    this.#consumers.delete(producerId);
    entry.consumer.close();
    return entry.consumer;
  }

  /** After a resumed connection: what could not be said meanwhile is said, and ICE looks for a new path. */
  async takeUp(): Promise<void> {
    const waiting = [...this.#consumers.values()].filter((entry) => !entry.resumed);
    await Promise.all(waiting.map((entry) => this.#resume(entry)));
    await Promise.all([...this.#unclosed].map((producerId) => this.#tellClosed(producerId)));
    const microphone = this.#producers.get('audio');
    if (microphone !== undefined) await this.pauseMicrophone(microphone.paused);
    await Promise.all([this.#restartIce('send'), this.#restartIce('receive')]);
  }

  /** Final and idempotent; tracks that the page captured go on. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#patience.values()) clearTimeout(timer);
    this.#patience.clear();
    this.#transports.send.close();
    this.#transports.receive.close();
    this.#producers.clear();
    this.#consumers.clear();
  }

  async #resume(entry: { readonly consumer: Consumer; resumed: boolean }): Promise<void> {
    await this.#signalling.request('resume-consumer', { consumerId: entry.consumer.id });
    entry.resumed = true;
  }

  async #tellClosed(producerId: string): Promise<void> {
    await this.#signalling.request('close-producer', { producerId });
    this.#unclosed.delete(producerId);
  }

  #watchIce(direction: Direction): void {
    this.#transports[direction].on('connectionstatechange', (state: types.ConnectionState) => {
      clearTimeout(this.#patience.get(direction));
      this.#patience.delete(direction);
      if (this.#closed || (state !== 'disconnected' && state !== 'failed')) return;
      const wait = state === 'failed' ? 0 : ICE_PATIENCE_MS;
      this.#patience.set(
        direction,
        setTimeout(() => void this.#healIce(direction), wait),
      );
    });
  }

  async #healIce(direction: Direction): Promise<void> {
    try {
      await this.#restartIce(direction);
    } catch (error) {
      // Without signalling nothing can be mended now; after a resume `takeUp` restarts ICE anyway.
      if (error instanceof CallError || this.#closed) return;
      this.#events.emit('lost');
    }
  }

  async #restartIce(direction: Direction): Promise<void> {
    const transport = this.#transports[direction];
    if (transport.connectionState === 'new') return; // nothing was sent that way yet
    const { iceParameters } = await this.#signalling.request('restart-ice', { transportId: transport.id });
    if (!this.#closed) await transport.restartIce({ iceParameters: iceParameters as unknown as types.IceParameters });
  }
}

async function createTransport(signalling: Signalling, device: Device, direction: Direction): Promise<Transport> {
  const created = await signalling.request('create-transport', { direction });
  const options = {
    id: created.transportId,
    iceParameters: created.iceParameters as unknown as types.IceParameters,
    iceCandidates: created.iceCandidates as unknown as types.IceCandidate[],
    dtlsParameters: created.dtlsParameters as unknown as types.DtlsParameters,
  };
  const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    signalling
      .request('connect-transport', {
        transportId: transport.id,
        dtlsParameters: dtlsParameters as unknown as Record<string, unknown>,
      })
      .then(() => done(), failed);
  });
  transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
    signalling
      .request('produce', {
        transportId: transport.id,
        kind,
        rtpParameters: rtpParameters as unknown as Record<string, unknown>,
        paused: appData.paused === true,
      })
      .then(({ producerId }) => done({ id: producerId }), failed);
  });
  return transport;
}
