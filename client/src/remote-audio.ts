import { createNanoEvents, type Unsubscribe } from 'nanoevents';

interface RemoteAudioEvents {
  /** The browser refuses to play without a click. */
  blocked: () => void;
}

/** The others' voices: one audio element each. */
export class RemoteAudio {
  readonly root: HTMLElement;
  readonly #events = createNanoEvents<RemoteAudioEvents>();
  readonly #elements = new Map<string, HTMLAudioElement>();

  /** `root`: an element of the page that holds the audio elements. */
  constructor(root: HTMLElement) {
    this.root = root;
  }

  on<Name extends keyof RemoteAudioEvents>(name: Name, listener: RemoteAudioEvents[Name]): Unsubscribe {
    return this.#events.on(name, listener);
  }

  /** Plays that track as the voice of `participantId`, instead of what was played before. */
  play(participantId: string, track: MediaStreamTrack | undefined): void {
    const known = this.#elements.get(participantId);
    const playing = (known?.srcObject as MediaStream | null | undefined)?.getAudioTracks()[0];
    if (playing === track) return;
    if (track === undefined) {
      this.stop(participantId);
      return;
    }
    const audio = known ?? document.createElement('audio');
    audio.srcObject = new MediaStream([track]);
    if (known === undefined) {
      this.#elements.set(participantId, audio);
      this.root.append(audio);
    }
    this.#start(audio);
  }

  stop(participantId: string): void {
    const audio = this.#elements.get(participantId);
    if (audio === undefined) return;
    audio.srcObject = null;
    audio.remove();
    this.#elements.delete(participantId);
  }

  /** From a click: plays what was blocked. */
  unblock(): void {
    for (const audio of this.#elements.values()) this.#start(audio);
  }

  close(): void {
    for (const participantId of [...this.#elements.keys()]) this.stop(participantId);
  }

  #start(audio: HTMLAudioElement): void {
    audio.play().catch((error: unknown) => {
      // AbortError: the track changed before it began to play, another play() follows.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#events.emit('blocked');
    });
  }
}
