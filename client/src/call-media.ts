import type { MediasoupClientAdapter } from '@timbre/plugin/adapters/mediasoup-client';
import { type ProducerSummary, ProtocolError } from '@timbre/protocol';
import { createNanoEvents, type Unsubscribe } from 'nanoevents';
import { MediaLink } from './media-link.ts';
import type { Roster } from './roster.ts';
import type { Signalling } from './signalling.ts';
import { type LocalLevel, localLevel, receiverLevel } from './speaking-level.ts';

interface CallMediaEvents {
  /** The microphone was unplugged or taken away. */
  'microphone-lost': () => void;
  /** The server lost our transports without saying so: open anew. */
  lost: () => void;
  /** A participant could not be received, or the like. */
  trouble: (error: unknown) => void;
}

export interface CallMediaOptions {
  readonly roster: Roster;
  readonly adapter: MediasoupClientAdapter;
  readonly microphone?: MediaStreamTrack | undefined;
  readonly camera?: MediaStreamTrack | undefined;
}

/** So long a room may take to stand on another Worker. */
const REFORM_PATIENCE_MS = 5_000;

/** What this participant sends, and what the others' Producers sound and look like here; outlives any MediaLink. */
export class CallMedia {
  readonly #roster: Roster;
  readonly #adapter: MediasoupClientAdapter;
  readonly #events = createNanoEvents<CallMediaEvents>();
  #link: MediaLink | undefined;
  #selfId = '';
  #muted = false;
  #microphone: MediaStreamTrack | undefined;
  #camera: MediaStreamTrack | undefined;
  #level: LocalLevel | undefined;
  #closed = false;

  constructor(options: CallMediaOptions) {
    this.#roster = options.roster;
    this.#adapter = options.adapter;
    this.#microphone = options.microphone;
    this.#camera = options.camera;
  }

  get muted(): boolean {
    return this.#muted;
  }

  get microphone(): MediaStreamTrack | undefined {
    return this.#microphone;
  }

  get camera(): MediaStreamTrack | undefined {
    return this.#camera;
  }

  on<Name extends keyof CallMediaEvents>(name: Name, listener: CallMediaEvents[Name]): Unsubscribe {
    return this.#events.on(name, listener);
  }

  /** Says under which id this participant stands in the room; the roster must know it. */
  settle(selfId: string): void {
    this.#selfId = selfId;
    this.#watchMicrophone();
    this.#watchCamera();
    this.#showSelf();
  }

  /** Fresh transports: everything of ours is sent, everything in the roster received. */
  async open(signalling: Signalling, routerRtpCapabilities: Record<string, unknown>): Promise<void> {
    this.closeLink();
    const link = await MediaLink.connect(signalling, routerRtpCapabilities);
    if (this.#closed) {
      link.close();
      return;
    }
    this.closeLink();
    this.#link = link;
    link.on('lost', () => {
      // Mostly the room is moving to another Worker and will say so; only otherwise we act.
      setTimeout(() => link === this.#link && this.#events.emit('lost'), REFORM_PATIENCE_MS);
    });
    try {
      if (this.#microphone !== undefined) await link.produceMicrophone(this.#microphone, { paused: this.#muted });
      if (this.#camera !== undefined) await link.produceCamera(this.#camera);
    } catch (error) {
      if (link === this.#link) this.closeLink(); // half a link must not be taken up later
      throw error;
    }
    for (const { id } of this.#roster.all) {
      for (const producer of this.#roster.producersOf(id)) void this.receive(id, producer);
    }
  }

  /** Takes the standing transports up after a resumed connection. False if there are none to take up. */
  async takeUp(): Promise<boolean> {
    if (this.#link === undefined) return false;
    await this.#link.takeUp();
    for (const { id } of this.#roster.all) {
      for (const producer of this.#roster.producersOf(id)) void this.receive(id, producer);
    }
    return true;
  }

  /** Receives a remote Producer; without a link it waits for the next one. */
  async receive(participantId: string, producer: ProducerSummary): Promise<void> {
    const link = this.#link;
    try {
      const consumer = await link?.consume(producer.producerId);
      if (consumer === undefined || link !== this.#link) return;
      this.#adapter.addConsumer(participantId, consumer);
      const { track, rtpReceiver } = consumer;
      if (producer.kind === 'video') this.#roster.update(participantId, { video: track });
      else this.#roster.update(participantId, { audio: track, readLevel: () => receiverLevel(rtpReceiver) });
    } catch (error) {
      this.#events.emit('trouble', error);
    }
  }

  drop(participantId: string, producerId: string): void {
    const consumer = this.#link?.dropConsumer(producerId);
    const participant = this.#roster.get(participantId);
    if (consumer === undefined || participant === undefined) return;
    if (participant.video === consumer.track) this.#roster.update(participantId, { video: undefined });
    if (participant.audio === consumer.track)
      this.#roster.update(participantId, { audio: undefined, readLevel: undefined });
  }

  async setMuted(muted: boolean): Promise<void> {
    this.#muted = muted;
    if (this.#microphone !== undefined) this.#microphone.enabled = !muted;
    this.#showSelf();
    try {
      await this.#link?.pauseMicrophone(muted);
    } catch (error) {
      // Gone with its Worker: the next Producer begins as muted as we are now.
      if (!(error instanceof ProtocolError && error.reason === 'unknown-producer')) throw error;
    }
  }

  /** Turns the camera on with that track, or off; a track that is not sent (any more) is stopped. */
  async setCamera(track: MediaStreamTrack | undefined): Promise<void> {
    if (this.#closed) {
      track?.stop(); // the browser's question was answered after the call
      return;
    }
    this.#camera?.stop();
    this.#camera = track;
    this.#watchCamera();
    this.#showSelf();
    if (track === undefined) await this.#link?.closeCamera();
    else await this.#link?.produceCamera(track);
  }

  /** Another microphone, for instance after one was unplugged. */
  async replaceMicrophone(track: MediaStreamTrack): Promise<void> {
    if (this.#closed) {
      track.stop();
      return;
    }
    const before = this.#microphone;
    this.#microphone = track;
    track.enabled = !this.#muted;
    before?.stop();
    this.#watchMicrophone();
    this.#showSelf();
    if (before === undefined) await this.#link?.produceMicrophone(track, { paused: this.#muted });
    else await this.#link?.replaceMicrophone(track);
  }

  /** Closes the transports; tracks go on for the next link. */
  closeLink(): void {
    this.#link?.close();
    this.#link = undefined;
  }

  /** Final and idempotent; microphone and camera are released. */
  close(): void {
    this.#closed = true;
    this.closeLink();
    this.#level?.close();
    this.#level = undefined;
    this.#microphone?.stop();
    this.#camera?.stop();
  }

  #watchMicrophone(): void {
    const track = this.#microphone;
    this.#level?.close();
    this.#level = track && localLevel(track);
    // `ended` comes when the device goes, not when we stop the track ourselves.
    track?.addEventListener('ended', () => {
      if (track === this.#microphone) this.#events.emit('microphone-lost');
    });
  }

  /** A camera that was unplugged is off: the others see the avatar again, not its last picture. */
  #watchCamera(): void {
    const track = this.#camera;
    track?.addEventListener('ended', () => {
      if (track !== this.#camera) return;
      this.setCamera(undefined).catch((error: unknown) => this.#events.emit('trouble', error));
    });
  }

  #showSelf(): void {
    if (this.#roster.get(this.#selfId) === undefined) return;
    const level = this.#level;
    this.#adapter.setLocalTrack(this.#selfId, 'audio', this.#microphone);
    this.#adapter.setLocalTrack(this.#selfId, 'video', this.#camera);
    this.#roster.update(this.#selfId, {
      microphone: this.#microphone === undefined ? 'none' : this.#muted ? 'muted' : 'live',
      video: this.#camera,
      readLevel: level && (() => (this.#muted ? 0 : level.read())),
    });
  }
}
