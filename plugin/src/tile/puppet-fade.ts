/** One face giving way to the next, without a jump: geometry and skin between two puppets. */
import { blendPuppets, type Puppet, type PuppetMesh, PuppetPoser } from '@timbre/models';
import { BufferImageSource } from 'pixi.js';
import { erasePuppet } from '../erase-puppet.ts';
import { SMOOTH_SAMPLING } from './style-layers.ts';

interface Face {
  readonly puppet: Puppet;
  readonly skin: BufferImageSource;
}

/**
 *     still --fadeTo--> fading --time--> still
 *                        | fadeTo: the newest waits until this fade is over
 */
type FadeState =
  | { readonly state: 'still'; readonly face: Face }
  | { readonly state: 'fading'; readonly from: Face; readonly to: Face; readonly sinceMs: number; next?: Puppet };

const NO_SKIN = new Uint8Array(0);

/**
 * Takes over the puppets it is given: their textures are freed and their numbers zeroed when they aren't shown any more.
 * The GPU mixes the skins, the CPU the geometry.
 */
export class PuppetFade {
  readonly #mesh: PuppetMesh;
  readonly #fadeMs: number;
  #state: FadeState;
  #poser: PuppetPoser;
  #fade = 0;
  /** Not shown any more, but perhaps still bound to a shader: freed at the next step. */
  #outworn: Face | undefined;

  /** `fadeMs`: from one face to the next. */
  constructor(mesh: PuppetMesh, puppet: Puppet, fadeMs: number) {
    this.#mesh = mesh;
    this.#fadeMs = fadeMs;
    this.#state = { state: 'still', face: faceOf(puppet) };
    this.#poser = new PuppetPoser(mesh, puppet);
  }

  /** Poses the face of this moment. */
  get poser(): PuppetPoser {
    return this.#poser;
  }

  get fading(): boolean {
    return this.#state.state === 'fading';
  }

  /** Skin of the face before, skin of the face to come, and 0..1 between. */
  get skins(): { readonly from: BufferImageSource; readonly to: BufferImageSource; readonly fade: number } {
    const state = this.#state;
    if (state.state === 'still') return { from: state.face.skin, to: state.face.skin, fade: 0 };
    return { from: state.from.skin, to: state.to.skin, fade: this.#fade };
  }

  /** `how` at-once: no fade (reduced motion). */
  fadeTo(puppet: Puppet, nowMs: number, how: 'slowly' | 'at-once'): void {
    const state = this.#state;
    if (how === 'at-once') {
      this.#dropOutworn();
      if (state.state === 'fading') erase(state.from);
      if (state.state === 'fading' && state.next) erasePuppet(state.next);
      this.#outworn = state.state === 'still' ? state.face : state.to;
      this.#still(faceOf(puppet));
    } else if (state.state === 'fading') {
      if (state.next) erasePuppet(state.next);
      state.next = puppet;
    } else {
      this.#state = { state: 'fading', from: state.face, to: faceOf(puppet), sinceMs: nowMs };
    }
  }

  /** Moves the fade on to `nowMs`. */
  advance(nowMs: number): void {
    this.#dropOutworn();
    const state = this.#state;
    if (state.state !== 'fading') return;
    const t = Math.min(1, Math.max(0, (nowMs - state.sinceMs) / this.#fadeMs));
    this.#fade = t * t * (3 - 2 * t);
    if (t < 1) {
      // Skins are mixed in the shader: 1 MB a face is too much to blend here at each frame.
      const [from, to] = [state.from.puppet, state.to.puppet];
      const between = blendPuppets({ ...from, skin: NO_SKIN }, { ...to, skin: NO_SKIN }, this.#fade);
      this.#poser = new PuppetPoser(this.#mesh, between);
      return;
    }
    this.#outworn = state.from;
    this.#still(state.to);
    if (state.next) this.fadeTo(state.next, nowMs, 'slowly');
  }

  /** Frees the textures and zeroes the faces. */
  close(): void {
    this.#dropOutworn();
    const state = this.#state;
    for (const face of facesOf(state)) erase(face);
    if (state.state === 'fading' && state.next) erasePuppet(state.next);
  }

  #still(face: Face): void {
    this.#state = { state: 'still', face };
    this.#fade = 0;
    this.#poser = new PuppetPoser(this.#mesh, face.puppet);
  }

  #dropOutworn(): void {
    if (this.#outworn) erase(this.#outworn);
    this.#outworn = undefined;
  }
}

function erase({ puppet, skin }: Face): void {
  skin.destroy();
  erasePuppet(puppet);
}

function facesOf(state: FadeState): readonly Face[] {
  return state.state === 'still' ? [state.face] : [state.from, state.to];
}

/** For a puppet that several tiles start from. */
export function copyOfPuppet({ rest, deltas, skin, textureSize }: Puppet): Puppet {
  return { rest: rest.slice(), deltas: deltas.map((delta) => delta.slice()), skin: skin.slice(), textureSize };
}

function faceOf(puppet: Puppet): Face {
  const { textureSize } = puppet;
  const skin = new BufferImageSource({
    resource: puppet.skin,
    width: 2 * textureSize,
    height: textureSize,
    format: 'rgba8unorm',
    alphaMode: 'no-premultiply-alpha',
    ...SMOOTH_SAMPLING,
  });
  return { puppet, skin };
}
