import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { EventBody, EventName, ParticipantSummary } from '@timbre/protocol';
import { Listening, type ListeningOptions } from '../avatar/listening.ts';
import type { TapView } from '../tap/tap-policy.ts';
import { ParticipantMedia } from './participant-media.ts';

/** The participant's present signalling session, as the room sees it. */
export interface Connection {
  send<Name extends EventName>(name: Name, body: EventBody<Name>): void;
  /** The participation went over to another connection, or ended. */
  close(): void;
}

/**
 *     connected <-> lost -> left
 *         \-----------------^
 */
export type Presence =
  | { readonly state: 'connected'; readonly connection: Connection }
  /** The connection broke; `timer` ends the participation at the end of the resume window. */
  | { readonly state: 'lost'; readonly timer: NodeJS.Timeout }
  | { readonly state: 'left' };

export interface ParticipantOptions extends Omit<ListeningOptions, 'view'> {
  readonly name: string;
  readonly connection: Connection;
}

/** One person in one room: presence, media, and the face that is listened for. */
export class Participant {
  readonly participantId: string;
  readonly name: string;
  readonly media = new ParticipantMedia();
  readonly listening: Listening;
  /** Known to the participant's own page only: it takes up a lost connection. */
  readonly resumeKey = randomBytes(32).toString('base64url');
  #presence: Presence;

  constructor(options: ParticipantOptions) {
    this.participantId = options.participantId;
    this.name = options.name;
    this.#presence = { state: 'connected', connection: options.connection };
    this.listening = new Listening({ ...options, view: () => this.#tapView() });
  }

  get presence(): Presence {
    return this.#presence;
  }

  get connected(): boolean {
    return this.#presence.state === 'connected';
  }

  get summary(): ParticipantSummary {
    return {
      participantId: this.participantId,
      name: this.name,
      producers: [...this.media.producers],
      avatar: this.listening.avatar,
      connected: this.connected,
    };
  }

  /** In constant time, so that a key can't be guessed letter by letter. */
  mayResume(resumeKey: string): boolean {
    const ours = Buffer.from(this.resumeKey);
    const theirs = Buffer.from(resumeKey);
    return ours.length === theirs.length && timingSafeEqual(ours, theirs);
  }

  /** Nothing is queued for a lost connection: `joined` brings the whole state on resume. */
  send<Name extends EventName>(name: Name, body: EventBody<Name>): void {
    if (this.#presence.state === 'connected') this.#presence.connection.send(name, body);
  }

  /** Takes the participation up on a new connection; the old one, if it still stands, is closed. */
  resume(connection: Connection): void {
    const before = this.#presence;
    this.#presence = { state: 'connected', connection };
    if (before.state === 'lost') clearTimeout(before.timer);
    if (before.state === 'connected') before.connection.close();
    this.listening.review();
  }

  /** The connection broke. Listening pauses, since consent can't be withdrawn meanwhile; media goes on. */
  lose(timer: NodeJS.Timeout): void {
    this.#presence = { state: 'lost', timer };
    this.listening.review();
  }

  /** Final: closes tap and media, zeroes the code. Idempotent, never throws. */
  close(): void {
    if (this.#presence.state === 'lost') clearTimeout(this.#presence.timer);
    this.#presence = { state: 'left' };
    this.listening.close();
    this.media.close();
  }

  #tapView(): Pick<TapView, 'connected' | 'audio' | 'cameraOn'> {
    const { producers } = this.media;
    const audios = producers.filter((producer) => producer.kind === 'audio');
    return {
      connected: this.connected,
      audio: audios.find((producer) => !producer.paused) ?? audios[0],
      cameraOn: producers.some((producer) => producer.kind === 'video' && !producer.paused),
    };
  }
}
