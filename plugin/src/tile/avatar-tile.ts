/** One participant's tile: from initials over a face that forms to the face, and back to initials at once. */
import type { Puppet, PuppetMesh } from '@timbre/models';
import { type Container, getCanvasTexture } from 'pixi.js';
import type { AvatarStrings } from '../strings.ts';
import type { AudioLevel } from './audio-level.ts';
import { idleMotion, STILL } from './idle-motion.ts';
import { MouthMotion } from './mouth-motion.ts';
import { PuppetMeshView } from './puppet-mesh-view.ts';
import { seedFrom } from './seeded-noise.ts';
import type { StyleLayers, WornStyle } from './style-layers.ts';
import { type ShownState, TileElement } from './tile-element.ts';
import { TileGlide } from './tile-glide.ts';
import { TileScene } from './tile-scene.ts';
import type { StageStep, StageSurface } from './tile-stage.ts';

/**
 * What the tile shows.
 *
 *     placeholder -> listening -> forming -> face
 *          ^------------'------------'---------'   at once: the face is freed and zeroed
 */
type TileState =
  | { readonly show: 'placeholder' }
  | { readonly show: 'listening'; readonly progress: number }
  | { readonly show: 'forming'; readonly progress: number; readonly confidence: number; readonly face: PuppetMeshView }
  | { readonly show: 'face'; readonly face: PuppetMeshView };

/** A face to show, complete: decoded and dressed. The tile takes puppet and style over. */
export interface TileFace {
  readonly mesh: PuppetMesh;
  readonly puppet: Puppet;
  readonly worn: WornStyle;
  /** Where a face begins that wasn't shown before: the average face. */
  readonly from?: Puppet | undefined;
  readonly phase:
    | { readonly state: 'forming'; readonly progress: number; readonly confidence: number }
    | { readonly state: 'settled' };
}

export interface AvatarTileOptions {
  readonly participantId: string;
  readonly name: string;
  readonly element: HTMLElement;
  /** Side of a square tile, CSS pixels. Default: as large as the element. */
  readonly size?: number | undefined;
  /** Of the tile without a face. Default: as the page. */
  readonly colourScheme?: 'page' | 'light' | 'dark' | undefined;
  readonly strings: AvatarStrings;
  readonly layers: StyleLayers;
  readonly audio: AudioLevel;
  /** Whether faces keep still. Asked at each frame. */
  readonly still: () => boolean;
  /** Asks for frames to be drawn. */
  readonly wake: () => void;
}

/** Translucent at first, never quite opaque before it is settled. */
const LEAST_FACE = 0.3;
const MOST_FORMING_FACE = 0.86;
/** After a pause nothing leaps. */
const LONGEST_STEP_MS = 300;

export class AvatarTile implements StageSurface {
  readonly participantId: string;
  readonly #name: string;
  readonly #strings: AvatarStrings;
  readonly #layers: StyleLayers;
  readonly #audio: AudioLevel;
  readonly #isStill: () => boolean;
  readonly #wake: () => void;
  readonly #element: TileElement;
  readonly #scene: TileScene;
  readonly #mouth = new MouthMotion();
  readonly #seed: number;
  readonly #glide = new TileGlide();
  #state: TileState = { show: 'placeholder' };
  #shownState: ShownState = 'none';
  #announced = false;
  #resting = false;
  #dirty = true;
  /** Size and colour scheme may have changed. */
  #misfit = true;
  #still = false;
  #lastMs: number | undefined;
  #closed = false;

  constructor(options: AvatarTileOptions) {
    this.participantId = options.participantId;
    this.#name = options.name;
    this.#strings = options.strings;
    this.#layers = options.layers;
    this.#audio = options.audio;
    this.#isStill = options.still;
    this.#wake = options.wake;
    this.#seed = seedFrom(options.participantId);
    this.#scene = new TileScene(options.participantId, options.name, options.strings.badge);
    const { size, colourScheme = 'page' } = options;
    this.#element = new TileElement(options.element, { size, colourScheme, onChange: () => this.#changed() });
    this.showPlaceholder('none');
  }

  get canvas(): HTMLCanvasElement {
    return this.#element.canvas;
  }

  get root(): Container {
    return this.#scene.root;
  }

  get visible(): boolean {
    return this.#element.visible;
  }

  /** As in the host element's `data-avatar-state`: what is shown, not what is announced. */
  get state(): ShownState {
    return this.#shownState;
  }

  get hasFace(): boolean {
    return this.#face !== undefined;
  }

  /** Initials, at once; whatever face there was is freed and zeroed. `state` says why. */
  showPlaceholder(state: ShownState): void {
    this.#dropFace();
    this.#state = { show: 'placeholder' };
    this.#glide.dropRing();
    this.#tell(state, this.#strings.placeholderOf(this.#name));
  }

  /** Initials in a ring that closes. `progress` 0..1. */
  showListening(progress: number): void {
    this.#dropFace();
    this.#state = { show: 'listening', progress };
    this.#tell('listening', this.#formingLabel(progress));
  }

  /** A face that forms or is settled. From one face to the next it glides. */
  showFace({ mesh, puppet, worn, from, phase }: TileFace): void {
    const known = this.#face;
    const first = known ?? new PuppetMeshView(mesh, this.#layers, from ?? puppet, worn);
    if (known) known.wear(worn);
    if (known || from) first.show(puppet, performance.now(), this.#isStill() ? 'at-once' : 'slowly');
    this.#scene.face = first;
    this.#scene.background = worn.style.background;
    if (phase.state === 'forming') {
      this.#state = { show: 'forming', face: first, progress: phase.progress, confidence: phase.confidence };
      this.#tell('forming', this.#formingLabel(phase.progress));
      return;
    }
    this.#state = { show: 'face', face: first };
    this.#tell('settled', this.#strings.avatarOf(this.#name));
    if (!this.#announced) this.#element.announce(this.#strings.avatarAppeared(this.#name));
    this.#announced = true;
  }

  /** Another style on the same face, at once. Takes over `worn`; without a face it is released. */
  wear(worn: WornStyle): void {
    const face = this.#face;
    if (!face) {
      worn.release();
      return;
    }
    face.wear(worn);
    this.#scene.background = worn.style.background;
    this.#redraw();
  }

  /** The audio track that is being played, for the mouth. */
  listen(track: MediaStreamTrack | undefined): void {
    this.#audio.listen(track);
    this.#mouth.reset();
    this.#redraw();
  }

  /** While a camera is live the tile rests. */
  rest(resting: boolean): void {
    this.#resting = resting;
    this.#redraw();
  }

  step(nowMs: number): StageStep {
    if (this.#resting || this.#closed) return { render: false, again: false };
    this.#fit();
    const still = this.#isStill();
    // A face that is to keep still from now on must not freeze in the middle of a blink or a word.
    if (still !== this.#still) this.#dirty = true;
    this.#still = still;
    const elapsedMs = Math.min(LONGEST_STEP_MS, nowMs - (this.#lastMs ?? nowMs - 33));
    this.#lastMs = nowMs;
    const opening = this.#hear(nowMs, elapsedMs, still);
    const gliding = this.#approach(elapsedMs, still, opening);
    const face = this.#face;
    const moving = face !== undefined && (!still || face.fading);
    const render = this.#dirty || gliding || moving;
    this.#dirty = false;
    if (render) {
      const idle = still ? STILL : idleMotion(nowMs, this.#seed);
      this.#glide.breath = idle.breath;
      face?.pose({ ...idle, weights: { ...this.#mouth.shape.weights, blink: idle.blink } }, nowMs);
      this.#scene.paint(this.#glide.values);
    }
    // A silent placeholder draws nothing, but listens on for the voice.
    const listening = !still && this.#audio.track !== undefined;
    if (!render && !listening) this.#lastMs = undefined;
    return { render, again: render || listening };
  }

  /** Removes the tile from the page and frees all it has. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dropFace();
    this.#audio.close();
    this.#element.close();
    this.#scene.close();
  }

  get #face(): PuppetMeshView | undefined {
    return 'face' in this.#state ? this.#state.face : undefined;
  }

  #formingLabel(progress: number): string {
    return this.#strings.formingOf(this.#name, Math.round(100 * progress));
  }

  #tell(state: ShownState, label: string): void {
    this.#shownState = state;
    this.#element.tellState(state);
    this.#element.label = label;
    this.#redraw();
  }

  #redraw(): void {
    this.#dirty = true;
    this.#wake();
  }

  #changed(): void {
    this.#misfit = true;
    this.#redraw();
  }

  #fit(): void {
    if (!this.#misfit) return;
    this.#misfit = false;
    const { width, height, ratio } = this.#element.pixels;
    getCanvasTexture(this.canvas).source.resize(width, height, 1);
    this.#scene.resize(width, height, ratio, this.#element.scheme);
  }

  /** Lets the mouth follow the sound; how far it is open. */
  #hear(nowMs: number, elapsedMs: number, still: boolean): number {
    const reading = still ? undefined : this.#audio.read();
    if (!reading) this.#mouth.reset();
    const { opening } = reading ? this.#mouth.push(reading, elapsedMs) : this.#mouth.shape;
    this.#element.tellMouth(opening, nowMs);
    return opening;
  }

  /** Moves the picture towards what the state wants; true while it is on its way. */
  #approach(elapsedMs: number, still: boolean, opening: number): boolean {
    const state = this.#state;
    const waiting = state.show === 'listening' || state.show === 'forming';
    const targets = {
      face: faceOpacity(state),
      progress: waiting ? state.progress : state.show === 'face' ? 1 : 0,
      ring: waiting ? 1 : 0,
      voice: state.show === 'face' ? 0 : opening,
      open: state.show === 'face',
    };
    return this.#glide.step(targets, elapsedMs, still);
  }

  #dropFace(): void {
    const face = this.#face;
    this.#scene.face = undefined;
    this.#glide.dropFace();
    if (!face) return;
    face.close();
    // The next frame may be long in coming (a hidden page, a tile out of sight): the face goes now.
    this.#element.clear();
  }
}

function faceOpacity(state: TileState): number {
  if (state.show === 'face') return 1;
  if (state.show !== 'forming') return 0;
  return LEAST_FACE + (MOST_FORMING_FACE - LEAST_FACE) * Math.min(1, Math.max(0, state.confidence));
}
