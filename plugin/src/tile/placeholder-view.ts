/** Initials on a colour of the participant's own, with a halo that follows the voice. */
import { Container, Graphics, Text } from 'pixi.js';
import { initialsOf } from '../initials.ts';
import type { Circle } from './portrait-layout.ts';
import { seedFrom } from './seeded-noise.ts';

export const TILE_FONT = 'Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** White text on each of them has a contrast of 4.5:1 or more. */
const DISCS = [
  ...[0x3f63b5, 0x1f7a6d, 0x8a4fa0, 0xa84a3f, 0x2f7a3f, 0x9a5a1c, 0x5b5bc0, 0xa8456f, 0x2b7796, 0x6b6f2a],
] as const;
/** A tile without a face is as dark or light as the page, with a touch of the disc's colour. */
const TILES = { dark: 0x171a21, light: 0xe4e8ec } as const;
const TILE_TINT = 0.1;

export type ColourScheme = keyof typeof TILES;

export interface PlaceholderColours {
  readonly disc: number;
  readonly tile: number;
  /** Seen well on the tile. */
  readonly ring: number;
}

/** The disc's colour is the same for a participant in every call and on every screen. */
export function placeholderColours(participantId: string, scheme: ColourScheme): PlaceholderColours {
  const disc = DISCS[seedFrom(participantId) % DISCS.length]!;
  const channel = (shift: number) => {
    const [tile, tint] = [(TILES[scheme] >> shift) & 255, (disc >> shift) & 255];
    return Math.round(tile + TILE_TINT * (tint - tile)) << shift;
  };
  return { disc, tile: channel(16) | channel(8) | channel(0), ring: scheme === 'dark' ? 0xffffff : disc };
}

export class PlaceholderView {
  readonly container = new Container();
  readonly #halo = new Graphics();
  readonly #disc = new Graphics();
  readonly #initials: Text;

  constructor(name: string) {
    this.#initials = new Text({
      text: initialsOf(name),
      anchor: 0.5,
      style: { fontFamily: TILE_FONT, fontWeight: '600', fill: 0xffffff, letterSpacing: 0 },
    });
    this.container.addChild(this.#halo, this.#disc);
  }

  /** Above the face that forms, so that it shines through the face's veil: added to the tile by its owner. */
  get initials(): Container {
    return this.#initials;
  }

  resize({ x, y, radius }: Circle, disc: number): void {
    this.#halo.clear().circle(0, 0, radius).fill(disc).position.set(x, y);
    this.#disc.clear().circle(0, 0, radius).fill(disc).position.set(x, y);
    this.#initials.style.fontSize = Math.max(8, Math.round(0.72 * radius));
    this.#initials.position.set(x, y);
  }

  /** `voice` 0..1 widens the halo; `letters` 0..1 is the initials' opacity. */
  paint(voice: number, letters: number): void {
    this.#halo.scale.set(1 + 0.16 * voice);
    this.#halo.alpha = 0.16 + 0.2 * voice;
    this.#initials.alpha = letters;
    this.#initials.visible = letters > 0.01;
  }

  close(): void {
    this.#initials.destroy();
    this.container.destroy({ children: true });
  }
}
