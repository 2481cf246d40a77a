import type { MediasoupClientAdapter } from '@timbre/plugin/adapters/mediasoup-client';
import { type AvatarState, type Joined, type ParticipantSummary, ProtocolError, type Style } from '@timbre/protocol';
import { createNanoEvents, type Unsubscribe } from 'nanoevents';
import { CallMedia } from './call-media.ts';
import { type Connect, Connection } from './connection.ts';
import { CallError } from './errors.ts';
import { Roster } from './roster.ts';
import { refusalOf, Signalling } from './signalling.ts';

/**
 *     idle -> joining -> joined <-> reconnecting
 *                \          \          /
 *                 `--------> left <---'
 */
export type CallState =
  | { readonly state: 'idle' }
  | { readonly state: 'joining' }
  | { readonly state: 'joined' }
  | { readonly state: 'reconnecting' }
  /** `error` is absent if the participant left on purpose. */
  | { readonly state: 'left'; readonly error?: unknown };

interface CallEvents {
  state: (state: CallState) => void;
  /** Something failed that the call survives. */
  trouble: (error: unknown) => void;
}

export interface CallOptions {
  readonly name: string;
  /** A fresh join token each time it is called. */
  readonly token: () => Promise<string>;
  readonly adapter: MediasoupClientAdapter;
  readonly microphone?: MediaStreamTrack | undefined;
  readonly camera?: MediaStreamTrack | undefined;
  /** Whether the participant consented to a face from the voice before joining. */
  readonly face: boolean;
  /** Makes the socket. Default: socket.io to the page's own origin. */
  readonly connect?: Connect;
}

type Consent = { readonly granted: false } | { readonly granted: true; readonly style?: Style };

/** Joining may take so long in all before it is given up. */
const JOIN_WITHIN_MS = 30_000;

/** One stay in one room: joins, takes up again what a lost connection interrupted, and leaves. */
export class Call {
  readonly roster = new Roster();
  readonly media: CallMedia;
  readonly #name: string;
  readonly #adapter: MediasoupClientAdapter;
  readonly #connection: Connection;
  readonly #signalling: Signalling;
  readonly #events = createNanoEvents<CallEvents>();
  #state: CallState = { state: 'idle' };
  #resumeKey: string | undefined;
  #routerRtpCapabilities: Record<string, unknown> = {};
  /** How often the room moved to another Worker. */
  #reforms = 0;
  #selfId = '';
  #consent: Consent;
  /** Entering and re-forming, one after the other. */
  #sequence: Promise<void> = Promise.resolve();

  constructor(options: CallOptions) {
    const { adapter } = options;
    this.#name = options.name;
    this.#adapter = adapter;
    this.#consent = { granted: options.face };
    this.#connection = new Connection(options.token, options.connect);
    this.#signalling = new Signalling(this.#connection.socket);
    this.media = new CallMedia({
      roster: this.roster,
      adapter,
      microphone: options.microphone,
      camera: options.camera,
    });
    this.roster.on('joined', ({ id, name }) => adapter.participantJoined({ participantId: id, name }));
    this.roster.on('left', ({ id }) => adapter.participantLeft(id));
    this.media.on('lost', () => this.#next(() => this.#openMedia()));
    this.media.on('trouble', (error) => this.#events.emit('trouble', error));
    this.#listen();
  }

  get state(): CallState {
    return this.#state;
  }

  get selfId(): string {
    return this.#selfId;
  }

  /** One's own avatar, as the others see it. */
  get avatar(): AvatarState {
    return this.roster.get(this.#selfId)?.avatar ?? { state: 'none' };
  }

  on<Name extends keyof CallEvents>(name: Name, listener: CallEvents[Name]): Unsubscribe {
    return this.#events.on(name, listener);
  }

  /** Resolves once joined. Throws what `token` throws, ProtocolError with the server's reason, or CallError. */
  async join(): Promise<void> {
    if (this.#state.state !== 'idle') throw new Error('a call is joined once');
    this.#change({ state: 'joining' });
    const settled = new Promise<void>((resolve, reject) => {
      this.on('state', (state) => {
        if (state.state === 'joined') resolve();
        if (state.state === 'left') reject(state.error ?? CallError.disconnected('join'));
      });
    });
    this.#connection.open().catch((error: unknown) => this.#end({ state: 'left', error }));
    const error = CallError.noAnswer('join', JOIN_WITHIN_MS);
    const timer = setTimeout(() => this.#end({ state: 'left', error }), JOIN_WITHIN_MS);
    try {
      await settled;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Leaves at once; the server is told if it can be. */
  leave(): void {
    this.#signalling.request('leave', {}).catch(() => {});
    this.#end({ state: 'left' });
  }

  /**
   * Opts in to a face from the voice, or withdraws. Resolves with true once the server has erased everything.
   * Without a connection it throws; the choice is kept and told as soon as the connection is back.
   */
  async setConsent(granted: boolean): Promise<boolean> {
    const { avatar } = this;
    this.#consent = granted && 'style' in avatar ? { granted, style: avatar.style } : { granted };
    return (await this.#signalling.request('consent', this.#consent)).erased;
  }

  async setStyle(style: Style): Promise<void> {
    if (this.#consent.granted) this.#consent = { granted: true, style };
    await this.#signalling.request('set-style', { style });
  }

  #change(state: CallState): void {
    this.#state = state;
    this.#events.emit('state', state);
  }

  #end(state: CallState & { readonly state: 'left' }): void {
    if (this.#state.state === 'left') return;
    this.#connection.close();
    this.media.close();
    this.roster.clear();
    this.#change(state);
  }

  #listen(): void {
    const { roster, media } = this;
    this.#connection.on('connected', () => this.#next(() => this.#enter()));
    this.#connection.on('lost', () => {
      if (this.#state.state === 'joined') this.#change({ state: 'reconnecting' });
    });
    this.#connection.on('refused', (error) => this.#end({ state: 'left', error }));
    const signalling = this.#signalling;
    signalling.on('participant-joined', (participant) => this.#put(participant));
    signalling.on('participant-left', ({ participantId }) => this.#remove(participantId));
    signalling.on('participant-connected', ({ participantId, connected }) =>
      roster.update(participantId, { connected }),
    );
    signalling.on('producer-added', ({ participantId, producer }) => {
      if (participantId === this.#selfId) return;
      roster.addProducer(participantId, producer);
      void media.receive(participantId, producer);
    });
    signalling.on('producer-removed', ({ participantId, producerId }) => {
      if (participantId === this.#selfId) return;
      roster.removeProducer(participantId, producerId);
      media.drop(participantId, producerId);
    });
    signalling.on('producer-paused', ({ participantId, producerId, paused }) => {
      if (participantId !== this.#selfId) roster.pauseProducer(participantId, producerId, paused);
    });
    signalling.on('avatar', ({ participantId, avatar }) => this.#showAvatar(participantId, avatar));
    signalling.on('room-reformed', ({ routerRtpCapabilities }) => {
      // The old transports died with their Worker; whose Producers died was told before, one by one.
      media.closeLink();
      this.#routerRtpCapabilities = routerRtpCapabilities;
      this.#reforms += 1;
      this.#next(() => this.#openMedia());
    });
    signalling.on('refused', (refusal) => this.#events.emit('trouble', refusalOf(refusal)));
  }

  #next(task: () => Promise<void>): void {
    this.#sequence = this.#sequence.then(async () => {
      if (this.#state.state === 'left') return;
      try {
        await task();
      } catch (error) {
        this.#failed(error);
      }
    });
  }

  /**
   * Who isn't in yet is told why not. Later a lost connection heals by itself, a refusal ends the call, and no answer is a
   * reason to connect anew.
   */
  #failed(error: unknown): void {
    const { state } = this.#state;
    if (state === 'left') return;
    const disconnected = error instanceof CallError && error.reason === 'disconnected';
    if (state === 'joining') this.#end({ state: 'left', error: disconnected ? CallError.unreachable(error) : error });
    else if (state === 'reconnecting' && error instanceof ProtocolError) this.#end({ state: 'left', error });
    else if (!disconnected) {
      this.#events.emit('trouble', error);
      this.#connection.renew();
    }
  }

  /** On a fresh connection: takes the earlier stay up if the server still holds it, else begins anew. */
  async #enter(): Promise<void> {
    const joined = await this.#requestJoin();
    this.#resumeKey = joined.resumeKey;
    this.#routerRtpCapabilities = joined.routerRtpCapabilities;
    if (joined.resumed) await this.#takeUp(joined);
    else await this.#settleIn(joined);
    await this.#tellConsent(joined.avatar);
    if (this.#state.state !== 'left') this.#change({ state: 'joined' });
  }

  async #requestJoin(): Promise<Joined> {
    const resumeKey = this.#resumeKey;
    if (resumeKey === undefined) return this.#signalling.request('join', {});
    try {
      return await this.#signalling.request('join', { resumeKey });
    } catch (error) {
      if (!(error instanceof ProtocolError && error.reason === 'resume-expired')) throw error;
      this.#resumeKey = undefined;
      return this.#signalling.request('join', {});
    }
  }

  async #settleIn(joined: Joined): Promise<void> {
    this.media.closeLink();
    this.roster.clear();
    this.#selfId = joined.participantId;
    this.roster.addSelf(joined.participantId, this.#name);
    this.#showAvatar(joined.participantId, joined.avatar);
    this.media.settle(joined.participantId);
    for (const participant of joined.participants) this.#put(participant);
    await this.#openMedia();
  }

  /** Transports and Producers still stand; what changed meanwhile is in `joined`. */
  async #takeUp(joined: Joined): Promise<void> {
    const present = new Set(joined.participants.map(({ participantId }) => participantId));
    for (const { id, self } of this.roster.all) if (!self && !present.has(id)) this.#remove(id);
    for (const participant of joined.participants) {
      const { participantId } = participant;
      const standing = new Set(participant.producers.map(({ producerId }) => producerId));
      for (const { producerId } of this.roster.producersOf(participantId)) {
        if (!standing.has(producerId)) this.media.drop(participantId, producerId);
      }
      this.#put(participant);
    }
    this.#showAvatar(joined.participantId, joined.avatar);
    const reforms = this.#reforms;
    try {
      if (await this.media.takeUp()) return;
    } catch (error) {
      if (error instanceof CallError) throw error; // lost again: the next connection resumes
      if (reforms !== this.#reforms) return; // the room moved while we were away; opening anew is under way
    }
    await this.#openMedia();
  }

  #openMedia(): Promise<void> {
    return this.media.open(this.#signalling, this.#routerRtpCapabilities);
  }

  /** The server may not know the choice yet: at first, after it forgot us, or after a click without connection. */
  async #tellConsent(avatar: AvatarState): Promise<void> {
    const known = avatar.state !== 'none' && avatar.state !== 'withdrawn';
    if (known !== this.#consent.granted) await this.#signalling.request('consent', this.#consent);
  }

  #put(participant: ParticipantSummary): void {
    if (participant.participantId === this.#selfId) return;
    this.roster.put(participant);
    this.#showAvatar(participant.participantId, participant.avatar);
  }

  #remove(participantId: string): void {
    for (const { producerId } of this.roster.producersOf(participantId)) this.media.drop(participantId, producerId);
    this.roster.remove(participantId);
  }

  #showAvatar(participantId: string, avatar: AvatarState): void {
    this.roster.update(participantId, { avatar });
    this.#adapter.avatarMessage({ participantId, avatar });
  }
}
