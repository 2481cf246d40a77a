/** The picture of a tile as Pixi objects: backdrop, medallion, portrait, ring, badge. Knows numbers, not states. */
import { Container, Graphics, Sprite, Texture } from 'pixi.js';
import { BadgeView } from './badge-view.ts';
import { backgroundTexture } from './paint-textures.ts';
import { type ColourScheme, PlaceholderView, placeholderColours } from './placeholder-view.ts';
import {
  betweenSquares,
  type Circle,
  medallion,
  openingAt,
  portraitInMedallion,
  portraitInTile,
} from './portrait-layout.ts';
import type { PuppetMeshView } from './puppet-mesh-view.ts';
import { RingView } from './ring-view.ts';

/** All 0..1. */
export interface SceneValues {
  /** How much of the face shows through the medallion's veil. */
  readonly face: number;
  /** From the face in the medallion (0) to the face that fills the tile (1). */
  readonly reveal: number;
  readonly ring: number;
  readonly progress: number;
  /** The placeholder's halo. */
  readonly voice: number;
  /** -1 breathed out, 1 breathed in. */
  readonly breath: number;
}

/** Breathing lifts the head by this share of the portrait. */
const BREATH_LIFT = 0.0022;

export class TileScene {
  readonly root = new Container();
  readonly #participantId: string;
  readonly #backdrop = new Graphics();
  readonly #placeholder: PlaceholderView;
  readonly #portrait = new Container();
  readonly #background = new Sprite();
  readonly #opening = new Graphics();
  readonly #veil = new Graphics();
  readonly #ring = new RingView();
  readonly #badge: BadgeView;
  #circle: Circle = { x: 0, y: 0, radius: 0 };
  #width = 1;
  #height = 1;
  #face: PuppetMeshView | undefined;
  #openedTo = -1;

  constructor(participantId: string, name: string, badge: string) {
    this.#participantId = participantId;
    this.#placeholder = new PlaceholderView(name);
    this.#badge = new BadgeView(badge);
    this.#portrait.addChild(this.#background, this.#veil);
    this.root.addChild(
      ...[this.#backdrop, this.#placeholder.container, this.#portrait, this.#opening],
      ...[this.#placeholder.initials, this.#ring.graphics, this.#badge.container],
    );
  }

  /** Sizes in device pixels. */
  resize(width: number, height: number, pixelRatio: number, scheme: ColourScheme): void {
    const { disc, tile, ring } = placeholderColours(this.#participantId, scheme);
    this.#width = width;
    this.#height = height;
    this.#circle = medallion(width, height, pixelRatio);
    this.#backdrop.clear().rect(0, 0, width, height).fill(tile);
    this.#placeholder.resize(this.#circle, disc);
    this.#ring.resize(this.#circle, ring);
    this.#badge.resize(width, height, pixelRatio);
    this.#veil.clear().rect(0, 0, width, height).fill(disc);
    this.#openedTo = -1;
  }

  /** The face to show, or none. The view belongs to the caller. */
  set face(face: PuppetMeshView | undefined) {
    if (face === this.#face) return;
    if (this.#face) this.#portrait.removeChild(this.#face.container);
    this.#face = face;
    if (face) this.#portrait.addChildAt(face.container, 1);
    else this.#dropBackground();
  }

  /** The style's background, inner and outer colour. */
  set background(colours: readonly [string, string]) {
    this.#dropBackground();
    this.#background.texture = backgroundTexture(colours);
  }

  paint({ face, reveal, ring, progress, voice, breath }: SceneValues): void {
    const shown = this.#face !== undefined && face > 0.004;
    this.#portrait.visible = shown;
    if (shown) this.#placePortrait(reveal, breath);
    this.#veil.visible = shown && face < 0.996;
    this.#veil.alpha = 1 - face;
    this.#placeholder.container.visible = reveal < 1;
    this.#placeholder.paint(voice, Math.max(0, 1 - 2.2 * face));
    this.#ring.paint(progress, ring);
    this.#badge.paint(shown ? Math.min(1, 3 * face) : 0);
  }

  close(): void {
    this.face = undefined;
    this.#dropBackground();
    this.#placeholder.close();
    this.#ring.close();
    this.#badge.close();
    this.root.destroy({ children: true });
  }

  #placePortrait(reveal: number, breath: number): void {
    const [width, height] = [this.#width, this.#height];
    const square = betweenSquares(portraitInMedallion(this.#circle), portraitInTile(width, height), reveal);
    // The background fills what the portrait leaves of a wide or tall tile.
    const [x, middle] = [square.left + square.side / 2, square.top + square.side / 2];
    const y = middle + reveal * (height / 2 - middle);
    const side = Math.max(square.side, reveal * Math.max(width, height));
    this.#background.setSize(side);
    this.#background.position.set(x - side / 2, y - side / 2);
    // The lower rim stays where it is while the head rises.
    const grown = square.side * (1 + BREATH_LIFT * (1 + breath));
    this.#face?.container.scale.set(grown);
    this.#face?.container.position.set(x - grown / 2, square.top + square.side - grown);
    this.#open(reveal);
  }

  /** Cuts the portrait to the medallion, to the whole tile, or to a shape between. */
  #open(reveal: number): void {
    if (reveal === this.#openedTo) return;
    this.#openedTo = reveal;
    const mask = reveal < 1 ? this.#opening : null;
    this.#opening.visible = mask !== null;
    if (mask) {
      const { left, top, width, height, radius } = openingAt(this.#circle, this.#width, this.#height, reveal);
      this.#opening.clear().roundRect(left, top, width, height, radius).fill(0xffffff);
    }
    if (this.#portrait.mask !== mask) this.#portrait.mask = mask;
  }

  #dropBackground(): void {
    const { texture } = this.#background;
    this.#background.texture = Texture.EMPTY;
    if (texture !== Texture.EMPTY) texture.destroy(true);
  }
}
