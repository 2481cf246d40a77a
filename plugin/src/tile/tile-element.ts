/** What a tile adds to the host's page: a canvas and a line for screen readers. Inline styles on own elements only. */
import type { ColourScheme } from './placeholder-view.ts';

/** As told to assistive technology and tests. */
export type ShownState = 'none' | 'listening' | 'forming' | 'settled' | 'abstained' | 'withdrawn';

export interface TileElementOptions {
  /** Side of a square tile, CSS pixels. Default: the host element's size, whatever its shape. */
  readonly size?: number | undefined;
  /** Whether a tile without a face is light or dark; `page`: as the CSS `color-scheme` of the host element. */
  readonly colourScheme: 'page' | ColourScheme;
  /** Size in device pixels, visibility or colour scheme changed. */
  readonly onChange: () => void;
}

/** More than two device pixels a CSS pixel cost four times the work and nobody sees them. */
const MOST_PIXELS = 2;
const MOUTH_UPDATE_MS = 100;
/** White in a light page, black in a dark one; nothing in browsers from before 2024. */
const SCHEME_PROBE = 'light-dark(#fff, #000)';

export class TileElement {
  readonly canvas = document.createElement('canvas');
  readonly #host: HTMLElement;
  readonly #frame = document.createElement('div');
  readonly #status = document.createElement('span');
  readonly #onChange: () => void;
  readonly #colourScheme: TileElementOptions['colourScheme'];
  readonly #systemScheme = window.matchMedia('(prefers-color-scheme: dark)');
  readonly #resizes: ResizeObserver;
  readonly #sightings: IntersectionObserver;
  #inSight = false;
  #mouthToldMs = Number.NEGATIVE_INFINITY;

  constructor(host: HTMLElement, { size, colourScheme, onChange }: TileElementOptions) {
    this.#host = host;
    this.#onChange = onChange;
    this.#colourScheme = colourScheme;
    this.#status.style.backgroundColor = SCHEME_PROBE;
    const extent = size === undefined ? '100%' : `${size}px`;
    Object.assign(this.#frame.style, { position: 'relative', overflow: 'hidden', width: extent, height: extent });
    Object.assign(this.canvas.style, {
      position: 'absolute',
      inset: '0',
      width: '100%',
      height: '100%',
      display: 'block',
      // Between a change of size and the next frame the old picture is cut, not squeezed.
      objectFit: 'cover',
    });
    Object.assign(this.#status.style, {
      ...{ position: 'absolute', width: '1px', height: '1px', margin: '-1px', padding: '0' },
      ...{ overflow: 'hidden', clipPath: 'inset(50%)', whiteSpace: 'nowrap', border: '0' },
    });
    this.canvas.setAttribute('role', 'img');
    this.#status.setAttribute('role', 'status');
    this.#status.setAttribute('aria-live', 'polite');
    this.#frame.append(this.canvas, this.#status);
    host.append(this.#frame);
    this.#resizes = new ResizeObserver(onChange);
    this.#resizes.observe(this.#frame);
    this.#sightings = new IntersectionObserver((entries) => {
      this.#inSight = entries.at(-1)?.isIntersecting ?? false;
      onChange();
    });
    this.#sightings.observe(this.#frame);
    // Zooming and moving to another screen change the pixel ratio without changing the size.
    window.addEventListener('resize', onChange);
    this.#systemScheme.addEventListener('change', onChange);
  }

  /** Somebody can see it: on screen, in a visible page, with an extent. */
  get visible(): boolean {
    return this.#inSight && !document.hidden && this.#frame.clientWidth > 0 && this.#frame.clientHeight > 0;
  }

  /** Device pixels. */
  get pixels(): { readonly width: number; readonly height: number; readonly ratio: number } {
    const ratio = Math.min(MOST_PIXELS, window.devicePixelRatio || 1);
    const width = Math.max(1, Math.round(this.#frame.clientWidth * ratio));
    const height = Math.max(1, Math.round(this.#frame.clientHeight * ratio));
    return { width, height, ratio };
  }

  /** Of a tile without a face. */
  get scheme(): ColourScheme {
    if (this.#colourScheme !== 'page') return this.#colourScheme;
    return getComputedStyle(this.#status).backgroundColor === 'rgb(255, 255, 255)' ? 'light' : 'dark';
  }

  tellState(state: ShownState): void {
    this.#host.dataset.avatarState = state;
  }

  /** `opening` 0..1; at most ten times a second, but a mouth that shut is told at once: no later step may follow. */
  tellMouth(opening: number, nowMs: number): void {
    if (opening > 0 && nowMs - this.#mouthToldMs < MOUTH_UPDATE_MS) return;
    const text = opening.toFixed(2);
    if (this.#host.dataset.mouth === text) return;
    this.#mouthToldMs = nowMs;
    this.#host.dataset.mouth = text;
  }

  /** Empties the picture until the next frame. */
  clear(): void {
    this.canvas.getContext('2d')?.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** The accessible name of the picture. */
  set label(label: string) {
    if (this.canvas.getAttribute('aria-label') !== label) this.canvas.setAttribute('aria-label', label);
  }

  /** Said by screen readers when they have time. */
  announce(text: string): void {
    this.#status.textContent = text;
  }

  close(): void {
    this.#resizes.disconnect();
    this.#sightings.disconnect();
    window.removeEventListener('resize', this.#onChange);
    this.#systemScheme.removeEventListener('change', this.#onChange);
    this.#frame.remove();
    delete this.#host.dataset.avatarState;
    delete this.#host.dataset.mouth;
  }
}
