import type { AvatarState, ParticipantSummary, ProducerSummary } from '@timbre/protocol';
import { createNanoEvents, type Unsubscribe } from 'nanoevents';

/** live: may be heard; muted: paused by the participant; none: sends no sound. */
export type MicrophoneState = 'live' | 'muted' | 'none';

/** One participant as the page shows them. Tracks appear once they are received (or, for oneself, captured). */
export interface Participant {
  readonly id: string;
  readonly name: string;
  readonly self: boolean;
  /** False while the participant's connection is lost and may yet resume. */
  connected: boolean;
  microphone: MicrophoneState;
  avatar: AvatarState;
  /** Heard here: never set for oneself. */
  audio: MediaStreamTrack | undefined;
  video: MediaStreamTrack | undefined;
  /** How loud the participant is now, 0 to 1; absent while there is nothing to hear. */
  readLevel: (() => number) | undefined;
}

interface RosterEvents {
  joined: (participant: Participant) => void;
  changed: (participant: Participant) => void;
  left: (participant: Participant) => void;
}

/** Who is in the room and what they send, as told by the server. Knows nothing of media. */
export class Roster {
  readonly #events = createNanoEvents<RosterEvents>();
  readonly #participants = new Map<string, Participant>();
  /** Producers by participant, then by producer id. */
  readonly #producers = new Map<string, Map<string, ProducerSummary>>();

  on<Name extends keyof RosterEvents>(name: Name, listener: RosterEvents[Name]): Unsubscribe {
    return this.#events.on(name, listener);
  }

  get(id: string): Participant | undefined {
    return this.#participants.get(id);
  }

  get all(): readonly Participant[] {
    return [...this.#participants.values()];
  }

  producersOf(id: string): readonly ProducerSummary[] {
    return [...(this.#producers.get(id)?.values() ?? [])];
  }

  addSelf(id: string, name: string): void {
    this.#add({ ...blank(id, name), self: true });
  }

  /** Adds a participant, or brings a known one up to date. */
  put(summary: ParticipantSummary): void {
    const { participantId: id, name, connected, avatar } = summary;
    this.#producers.set(id, new Map(summary.producers.map((producer) => [producer.producerId, producer])));
    const known = this.#participants.get(id);
    const microphone = this.#microphoneOf(id);
    if (known === undefined) this.#add({ ...blank(id, name), connected, avatar, microphone });
    else this.update(id, { connected, avatar, microphone });
  }

  update(id: string, changes: Partial<Omit<Participant, 'id' | 'name' | 'self'>>): void {
    const participant = this.#participants.get(id);
    if (participant === undefined) return;
    Object.assign(participant, changes);
    this.#events.emit('changed', participant);
  }

  addProducer(id: string, producer: ProducerSummary): void {
    this.#producers.get(id)?.set(producer.producerId, producer);
    this.update(id, { microphone: this.#microphoneOf(id) });
  }

  removeProducer(id: string, producerId: string): void {
    this.#producers.get(id)?.delete(producerId);
    this.update(id, { microphone: this.#microphoneOf(id) });
  }

  pauseProducer(id: string, producerId: string, paused: boolean): void {
    const producer = this.#producers.get(id)?.get(producerId);
    if (producer !== undefined) this.addProducer(id, { ...producer, paused });
  }

  remove(id: string): void {
    const participant = this.#participants.get(id);
    if (participant === undefined) return;
    this.#participants.delete(id);
    this.#producers.delete(id);
    this.#events.emit('left', participant);
  }

  clear(): void {
    for (const id of [...this.#participants.keys()]) this.remove(id);
  }

  #add(participant: Participant): void {
    this.#participants.set(participant.id, participant);
    if (!this.#producers.has(participant.id)) this.#producers.set(participant.id, new Map());
    this.#events.emit('joined', participant);
  }

  #microphoneOf(id: string): MicrophoneState {
    const audio = this.producersOf(id).filter((producer) => producer.kind === 'audio');
    if (audio.length === 0) return 'none';
    return audio.some((producer) => !producer.paused) ? 'live' : 'muted';
  }
}

function blank(id: string, name: string): Participant {
  return {
    id,
    name,
    self: false,
    connected: true,
    microphone: 'none',
    avatar: { state: 'none' },
    audio: undefined,
    video: undefined,
    readLevel: undefined,
  };
}
