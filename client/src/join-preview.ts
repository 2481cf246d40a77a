import { initialsOf } from '@timbre/plugin/initials';
import { element } from './element.ts';
import { mark } from './icons.ts';
import { TEXT } from './messages.ts';
import { type LocalLevel, localLevel, ringStrength } from './speaking-level.ts';

const BARS = 5;
const METER_INTERVAL_MS = 60;

/** What the others will see and hear: the camera or initials, and a meter that moves with the voice. */
export class JoinPreview {
  readonly root = element('div', { class: 'preview' });
  readonly #video = element('video', { muted: true, playsinline: true, autoplay: true, hidden: true });
  readonly #initials = element('div', { class: 'preview-initials', 'aria-hidden': 'true' });
  readonly #bars = Array.from({ length: BARS }, () => element('i'));
  readonly #meter = element('div', { class: 'meter', role: 'img', 'aria-label': TEXT.microphoneLevel, hidden: true });
  #level: LocalLevel | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#video.muted = true; // the attribute alone doesn't mute a video made by script
    this.#meter.append(...this.#bars);
    this.root.append(this.#video, this.#initials, this.#meter);
  }

  showName(name: string): void {
    const nameless = name.trim() === '';
    this.#initials.classList.toggle('nameless', nameless);
    this.#initials.replaceChildren(nameless ? mark() : initialsOf(name));
  }

  showCamera(track: MediaStreamTrack | undefined): void {
    this.#video.srcObject = track ? new MediaStream([track]) : null;
    this.#video.hidden = track === undefined;
    this.#initials.hidden = track !== undefined;
  }

  showMicrophone(track: MediaStreamTrack | undefined): void {
    this.close();
    this.#meter.hidden = track === undefined;
    if (track === undefined) return;
    const level = localLevel(track);
    this.#level = level;
    this.#timer = setInterval(() => this.#draw(ringStrength(level.read())), METER_INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#level?.close();
    this.#level = undefined;
  }

  #draw(strength: number): void {
    for (const [index, bar] of this.#bars.entries()) {
      // The middle bar is the tallest, as in the product's mark.
      const share = 1 - Math.abs(index - (BARS - 1) / 2) / BARS;
      bar.style.setProperty('--height', (0.2 + 0.8 * strength * share).toFixed(2));
    }
  }
}
