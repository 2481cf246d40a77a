import { element, setAttribute } from './element.ts';
import { icon } from './icons.ts';
import { TEXT } from './messages.ts';
import type { Participant } from './roster.ts';
import { nextRing, ringStrength } from './speaking-level.ts';

/** Where the plugin draws when there is no camera. */
export interface AvatarMount {
  mount(participantId: string, element: HTMLElement, options: { readonly name: string }): void;
  unmount(participantId: string): void;
}

/** One participant's rectangle: camera or avatar, name, microphone, speaking ring. */
export class ParticipantTile {
  readonly root: HTMLElement;
  readonly #avatars: AvatarMount;
  readonly #participant: Participant;
  readonly #avatar = element('div', { class: 'tile-avatar' });
  readonly #video = element('video', { class: 'tile-video', playsinline: true, autoplay: true, hidden: true });
  readonly #microphone = element('span', { class: 'tile-microphone' });
  readonly #status = element('span', { class: 'tile-status', hidden: true }, TEXT.reconnectingTile);
  #mounted = false;
  #ring = 0;

  constructor(participant: Participant, avatars: AvatarMount) {
    this.#participant = participant;
    this.#avatars = avatars;
    const { id, name, self } = participant;
    const shown = self ? TEXT.you(name) : name;
    const label = element(
      'div',
      { class: 'tile-label' },
      this.#microphone,
      element('span', { class: 'tile-name' }, shown),
    );
    this.root = element('article', {
      class: 'tile',
      'data-testid': `tile-${id}`,
      'data-self': self,
      'aria-label': shown,
    });
    this.root.append(this.#avatar, this.#video, label, this.#status);
    this.#video.muted = true; // sound has its own element
  }

  /** Shows the participant as they are now; the tile must be in the page. */
  update(): void {
    const { video, microphone, connected, avatar } = this.#participant;
    this.#showVideo(video);
    setAttribute(this.root, 'data-microphone', microphone);
    setAttribute(this.root, 'data-connected', String(connected));
    setAttribute(this.root, 'data-avatar', avatar.state);
    this.#status.hidden = connected;
    const silent = microphone === 'muted' ? TEXT.muted : microphone === 'none' ? TEXT.listenOnly : undefined;
    this.#microphone.replaceChildren(
      ...(silent === undefined ? [] : [icon('microphone-off'), element('span', { class: 'unseen' }, silent)]),
    );
  }

  /** The speaking ring for a level of 0 to 1; to be told ten times a second. */
  showLevel(level: number): void {
    const ring = nextRing(this.#ring, ringStrength(level));
    if (ring === this.#ring) return;
    this.#ring = ring;
    this.root.classList.toggle('speaking', ring > 0);
    this.root.style.setProperty('--level', ring.toFixed(2));
  }

  close(): void {
    if (this.#mounted) this.#avatars.unmount(this.#participant.id);
    this.#mounted = false;
    this.#video.srcObject = null;
    this.root.remove();
  }

  #showVideo(track: MediaStreamTrack | undefined): void {
    const shown = (this.#video.srcObject as MediaStream | null)?.getVideoTracks()[0];
    if (track !== shown) this.#video.srcObject = track ? new MediaStream([track]) : null;
    this.#video.hidden = track === undefined;
    this.#avatar.hidden = track !== undefined;
    const { id, name } = this.#participant;
    if (track === undefined && !this.#mounted) this.#avatars.mount(id, this.#avatar, { name });
    if (track !== undefined && this.#mounted) this.#avatars.unmount(id);
    this.#mounted = track === undefined;
  }
}
