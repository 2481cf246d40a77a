import {
  type EventBody,
  type EventName,
  type Joined,
  ProtocolError,
  type Style,
  type TokenClaims,
} from '@timbre/protocol';
import type { types } from 'mediasoup';
import { ServerError } from '../errors.ts';
import { type Log, messageOf } from '../log.ts';
import type { Taps } from '../tap/taps.ts';
import { MEDIA_CODECS } from './media-codecs.ts';
import { type Connection, Participant } from './participant.ts';
import type { MediaGround } from './participant-media.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Most participants of a room. */
export const PARTICIPANTS_MAX = 25;
/** Milliseconds between attempts to find a live Worker for a room. */
const REFORM_EVERY_MS = 100;

export interface RoomOptions {
  readonly roomId: string;
  readonly workers: WorkerPool;
  readonly taps: Taps;
  readonly log: Log;
  /** Milliseconds that a lost participant is kept. */
  readonly resumeWindowMs: number;
  /** Draws a style from a seed, for participants who chose none. */
  readonly drawStyle: (seed: string) => Style;
  /** The last participant has left; the room is closed. */
  readonly onEmpty: () => void;
}

/**
 *     standing <-> reforming
 *         \------------\------> closed
 */
type Ground =
  | { readonly state: 'standing'; readonly media: MediaGround }
  /** The Worker died: a Router on another one is being made. */
  | { readonly state: 'reforming'; readonly media: Promise<MediaGround> }
  | { readonly state: 'closed' };

/** A call: one Router and its participants. */
export class Room {
  readonly roomId: string;
  readonly #options: RoomOptions;
  readonly #participants = new Map<string, Participant>();
  /** Those who were in the room when it last re-formed. */
  readonly #reformed = new Set<Participant>();
  #ground: Ground;

  private constructor(options: RoomOptions) {
    this.roomId = options.roomId;
    this.#options = options;
    this.#ground = { state: 'reforming', media: this.#findGround() };
  }

  /** Resolves once the room stands on a Worker. */
  static async open(options: RoomOptions): Promise<Room> {
    const room = new Room(options);
    await room.media();
    return room;
  }

  get closed(): boolean {
    return this.#ground.state === 'closed';
  }

  get participants(): ReadonlyMap<string, Participant> {
    return this.#participants;
  }

  /** The Router and WebRtcServer; waits while the room re-forms. Throws ServerError `closed`. */
  async media(): Promise<MediaGround> {
    if (this.#ground.state === 'closed') throw ServerError.closed('the room');
    return await this.#ground.media;
  }

  /** Throws ProtocolError `room-full` or `already-joined`. */
  async join(claims: TokenClaims, connection: Connection): Promise<{ participant: Participant; joined: Joined }> {
    const { router } = await this.media();
    const known = this.#participants.get(claims.sub);
    if (known?.connected) throw new ProtocolError('already-joined', 'this participant is in the room already');
    // Without the resume key, a new start: the page was loaded anew and consent is asked anew.
    if (known !== undefined) this.leave(known);
    if (this.closed) throw ServerError.closed('the room');
    if (this.#participants.size >= PARTICIPANTS_MAX) {
      throw new ProtocolError('room-full', `the room has ${PARTICIPANTS_MAX} participants`);
    }
    const participant = this.#admit(claims, connection);
    this.#participants.set(participant.participantId, participant);
    this.broadcast('participant-joined', participant.summary, participant);
    return { participant, joined: this.#joined(participant, router, false) };
  }

  /** Takes up a lost participation. Throws ProtocolError `resume-expired`. */
  async resume(participantId: string, resumeKey: string, connection: Connection): ReturnType<Room['join']> {
    const { router } = await this.media();
    const participant = this.#participants.get(participantId);
    if (participant === undefined || !participant.mayResume(resumeKey)) {
      throw new ProtocolError('resume-expired', 'nothing to resume: join anew');
    }
    participant.resume(connection);
    this.broadcast('participant-connected', { participantId, connected: true }, participant);
    // Without Transports on the new Router it may not have been told: the connection may have been dead already.
    if (this.#reformed.delete(participant) && !participant.media.hasTransports) {
      // After the reply, or the page wouldn't know yet what it has resumed.
      const routerRtpCapabilities = { ...router.rtpCapabilities };
      setImmediate(() => participant.send('room-reformed', { routerRtpCapabilities }));
    }
    return { participant, joined: this.#joined(participant, router, true) };
  }

  /** The participant's connection broke: kept for the resume window. Ignores a connection that was taken over. */
  connectionLost(participant: Participant, connection: Connection): void {
    if (participant.presence.state !== 'connected' || participant.presence.connection !== connection) return;
    participant.lose(setTimeout(() => this.leave(participant), this.#options.resumeWindowMs));
    const { participantId } = participant;
    this.broadcast('participant-connected', { participantId, connected: false }, participant);
  }

  /** Idempotent. */
  leave(participant: Participant): void {
    const { participantId } = participant;
    if (this.#participants.get(participantId) !== participant) return;
    this.#participants.delete(participantId);
    this.#reformed.delete(participant);
    participant.close();
    this.broadcast('participant-left', { participantId });
    if (this.#participants.size === 0) this.close();
  }

  /** The participant who owns a Producer in this room. */
  ownerOf(producerId: string): Participant | undefined {
    return [...this.#participants.values()].find((participant) => participant.media.hasProducer(producerId));
  }

  broadcast<Name extends EventName>(name: Name, body: EventBody<Name>, except?: Participant): void {
    for (const participant of this.#participants.values()) {
      if (participant !== except) participant.send(name, body);
    }
  }

  /** Closes participants, then the Router. Final, idempotent, never throws. */
  close(): void {
    const ground = this.#ground;
    if (ground.state === 'closed') return;
    this.#ground = { state: 'closed' };
    for (const participant of this.#participants.values()) {
      const { presence } = participant;
      participant.close();
      if (presence.state === 'connected') presence.connection.close();
    }
    this.#participants.clear();
    if (ground.state === 'standing') ground.media.router.close();
    this.#options.onEmpty();
  }

  #admit(claims: TokenClaims, connection: Connection): Participant {
    const { taps, drawStyle } = this.#options;
    const participantId = claims.sub;
    const participant = new Participant({
      participantId,
      name: claims.name,
      connection,
      taps,
      drawStyle: () => drawStyle(participantId),
      router: () => this.#openRouter(),
      // The speaker too: their own tile shows what others see.
      onChanged: (avatar) => this.broadcast('avatar', { participantId, avatar }),
    });
    const { media, listening } = participant;
    media.on('producer-added', (producer) => {
      this.broadcast('producer-added', { participantId, producer }, participant);
      listening.review();
    });
    media.on('producer-removed', (producerId) => {
      this.broadcast('producer-removed', { participantId, producerId }, participant);
      listening.review();
    });
    media.on('producer-paused', (producerId, paused) => {
      this.broadcast('producer-paused', { participantId, producerId, paused }, participant);
      listening.review();
    });
    return participant;
  }

  #joined(participant: Participant, router: types.Router, resumed: boolean): Joined {
    const others = [...this.#participants.values()].filter((other) => other !== participant);
    return {
      participantId: participant.participantId,
      resumeKey: participant.resumeKey,
      resumed,
      routerRtpCapabilities: { ...router.rtpCapabilities },
      participants: others.map((other) => other.summary),
      avatar: participant.listening.avatar,
    };
  }

  #openRouter(): types.Router | undefined {
    if (this.#ground.state !== 'standing') return undefined;
    const { router } = this.#ground.media;
    return router.closed ? undefined : router;
  }

  async #findGround(): Promise<MediaGround> {
    for (;;) {
      try {
        const media = await this.#options.workers.createRouter(MEDIA_CODECS);
        if (this.closed) {
          media.router.close();
          throw ServerError.closed('the room');
        }
        this.#ground = { state: 'standing', media };
        media.router.once('workerclose', () => this.#reform());
        return media;
      } catch (thrown) {
        const poolClosed = thrown instanceof ServerError && thrown.reason === 'closed';
        if (this.closed || poolClosed) throw thrown;
        this.#options.log.debug('no Worker for a room yet', { error: messageOf(thrown) });
        await new Promise((resolve) => setTimeout(resolve, REFORM_EVERY_MS));
      }
    }
  }

  /** The Worker died, and all Transports, Producers and Consumers with it. Participants, consents and faces stay. */
  #reform(): void {
    if (this.closed) return;
    const media = this.#findGround();
    this.#ground = { state: 'reforming', media };
    media.then(
      ({ router }) => {
        this.#options.log.info('a room re-formed', { participants: this.#participants.size });
        for (const participant of this.#participants.values()) this.#reformed.add(participant);
        this.broadcast('room-reformed', { routerRtpCapabilities: { ...router.rtpCapabilities } });
      },
      () => {}, // closed while it re-formed
    );
  }
}
