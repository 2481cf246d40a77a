/** Joins the steps: adapter -> face code source -> decoder -> tiles. */
import { type FaceCode, leanFaceCode } from '@timbre/models';
import type { CallEvents, CallParticipant } from './call-adapter.ts';
import { DecoderClient } from './decoder/decoder-client.ts';
import { erasePuppet } from './erase-puppet.ts';
import { PluginError } from './errors.ts';
import { EventSource } from './event-source.ts';
import { FaceCodeSource, type SeenAvatar } from './face-code-source.ts';
import type { AvatarPluginOptions, MountOptions } from './options.ts';
import { ENGLISH } from './strings.ts';
import { AudioLevel, ListeningContext } from './tile/audio-level.ts';
import { AvatarTile } from './tile/avatar-tile.ts';
import { copyOfPuppet } from './tile/puppet-fade.ts';
import { StyleLayers } from './tile/style-layers.ts';
import type { ShownState } from './tile/tile-element.ts';
import { TileStage } from './tile/tile-stage.ts';

export interface AvatarPluginEvents {
  /** A participant's avatar changed, as told by the server; a tile shows it a moment later. */
  avatar: { readonly participantId: string; readonly state: SeenAvatar['state'] };
  /** A tile shows another state. */
  shown: { readonly participantId: string; readonly state: ShownState };
  /** Something went wrong that the call doesn't suffer from. */
  error: PluginError;
}

/** A mounted tile. */
export interface Tile {
  readonly participantId: string;
  /** The picture; `captureStream()` and `toBlob()` work on it. */
  readonly canvas: HTMLCanvasElement;
  /** What is shown now. */
  readonly state: ShownState;
}

interface Present {
  readonly participant: CallParticipant;
  audioTrack?: MediaStreamTrack | undefined;
  videoTrack?: MediaStreamTrack | undefined;
}

interface Mounted {
  readonly tile: AvatarTile;
  readonly element: HTMLElement;
  readonly removeFromStage: () => void;
  /** Of the settled face on show; empty otherwise. A new style doesn't need a new face. */
  settledCode: FaceCode;
  /** Counts what was asked to be shown. */
  asked: number;
  /** The latest of them that is shown; answers to earlier ones come too late. */
  answered: number;
}

type Life = 'stopped' | 'started' | 'closed';

const NO_CODE: FaceCode = new Float32Array(0);
type FaceAvatar = Extract<SeenAvatar, { code: FaceCode }>;

/**
 * Avatars for the participants of one call. Made by `createAvatarPlugin`.
 *
 *     stopped <-> started -> closed
 */
export class AvatarPlugin {
  readonly #options: AvatarPluginOptions;
  readonly #events = new EventSource<AvatarPluginEvents>();
  readonly #source = new FaceCodeSource();
  readonly #decoder: DecoderClient;
  readonly #layers: StyleLayers;
  readonly #listening = new ListeningContext();
  readonly #stage: TileStage;
  readonly #present = new Map<string, Present>();
  readonly #mounted = new Map<string, Mounted>();
  readonly #motionQuery: MediaQueryList;
  #life: Life = 'stopped';

  constructor(options: AvatarPluginOptions) {
    const { modelsUrl = '/models/', wasmPaths, createWorker, framesPerSecond = 30 } = options;
    const base = new URL(modelsUrl.endsWith('/') ? modelsUrl : `${modelsUrl}/`, document.baseURI).href;
    const absolute = (url: string | undefined) => url && new URL(url, document.baseURI).href;
    this.#options = options;
    this.#decoder = new DecoderClient({ modelsUrl: base, wasmPaths: absolute(wasmPaths), createWorker });
    this.#layers = new StyleLayers({
      layersUrl: `${base}layers/`,
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    });
    this.#stage = new TileStage({ framesPerSecond, onError: (error) => this.#events.emit('error', error) });
    this.#motionQuery = window.matchMedia('(prefers-reduced-motion: reduce)');
    this.#motionQuery.addEventListener('change', this.#onMotionPreference);
  }

  /** Begins to follow the call. Throws PluginError `closed`. */
  start(): void {
    this.#refuseIfClosed();
    if (this.#life === 'started') return;
    this.#life = 'started';
    this.#options.adapter.start(this.#callEvents());
  }

  /**
   * Loads weights, mesh and average face (about 10 MB, once), so that the first face of this page comes without delay.
   * Otherwise that is done when somebody is first listened to, which on a slow machine takes longer than the listening.
   * What fails shows with the first face.
   */
  preload(): void {
    if (this.#life !== 'started') return;
    this.#layers.mesh().catch(() => {});
    void this.#decoder.decodeAverage();
  }

  /** Forgets the call: faces and codes are zeroed, tiles show initials. `start` may follow. */
  stop(): void {
    if (this.#life !== 'started') return;
    this.#life = 'stopped';
    this.#options.adapter.stop();
    for (const participantId of [...this.#present.keys()]) this.#leave(participantId);
    this.#source.clear();
    this.#decoder.close();
  }

  /** Stops, removes all tiles and frees everything. Final. */
  close(): void {
    if (this.#life === 'closed') return;
    this.stop();
    this.#life = 'closed';
    for (const participantId of [...this.#mounted.keys()]) this.unmount(participantId);
    this.#motionQuery.removeEventListener('change', this.#onMotionPreference);
    this.#stage.close();
    this.#layers.close();
    this.#decoder.close();
    this.#listening.close();
    this.#events.clear();
  }

  /** Calls `listener` at each event. Returns unsubscribe. */
  on<Name extends keyof AvatarPluginEvents>(
    name: Name,
    listener: (event: AvatarPluginEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Puts a participant's tile into `element`, which should have a size of its own. The participant may join later.
   * The element gets `data-avatar-state` and `data-mouth` (0..1). Throws PluginError `already-mounted`, `closed`.
   */
  mount(participantId: string, element: HTMLElement, options: MountOptions = {}): Tile {
    this.#refuseIfClosed();
    const taken = [...this.#mounted.values()].some((mounted) => mounted.element === element);
    if (taken || this.#mounted.has(participantId)) throw PluginError.alreadyMounted(participantId);
    const tile = new AvatarTile({
      participantId,
      name: options.name ?? this.#present.get(participantId)?.participant.name ?? participantId,
      element,
      size: options.size,
      colourScheme: this.#options.colourScheme,
      strings: { ...ENGLISH, ...this.#options.strings },
      layers: this.#layers,
      audio: new AudioLevel(this.#listening),
      still: () => this.#still,
      wake: () => this.#stage.wake(),
    });
    const removeFromStage = this.#stage.add(tile);
    this.#mounted.set(participantId, { tile, element, removeFromStage, settledCode: NO_CODE, asked: 0, answered: 0 });
    const present = this.#present.get(participantId);
    if (present?.audioTrack) tile.listen(present.audioTrack);
    if (present?.videoTrack) tile.rest(true);
    this.#show(participantId, this.#source.latest(participantId));
    return tile;
  }

  /** Removes the participant's tile, if there is one. */
  unmount(participantId: string): void {
    const mounted = this.#mounted.get(participantId);
    if (!mounted) return;
    this.#mounted.delete(participantId);
    mounted.settledCode.fill(0);
    mounted.removeFromStage();
    mounted.tile.close();
  }

  readonly #onMotionPreference = () => this.#stage.wake();

  get #still(): boolean {
    const { reducedMotion = 'system' } = this.#options;
    return reducedMotion === 'always' || (reducedMotion === 'system' && this.#motionQuery.matches);
  }

  #refuseIfClosed(): void {
    if (this.#life === 'closed') throw PluginError.closed();
  }

  #callEvents(): CallEvents {
    return {
      participantJoined: (participant) => {
        const { participantId } = participant;
        this.#source.forget(participantId);
        this.#present.set(participantId, { ...this.#present.get(participantId), participant });
      },
      participantLeft: (participantId) => this.#leave(participantId),
      audioTrack: (participantId, track) => {
        const present = this.#present.get(participantId);
        if (present) present.audioTrack = track;
        this.#mounted.get(participantId)?.tile.listen(track);
      },
      videoTrack: (participantId, track) => {
        const present = this.#present.get(participantId);
        if (present) present.videoTrack = track;
        this.#mounted.get(participantId)?.tile.rest(track !== undefined);
      },
      avatar: (participantId, state) => this.#receive(participantId, state),
    };
  }

  #leave(participantId: string): void {
    this.#present.delete(participantId);
    this.#source.forget(participantId);
    this.#mounted.get(participantId)?.tile.listen(undefined);
    this.#show(participantId, { state: 'none' });
  }

  #receive(participantId: string, message: unknown): void {
    const result = this.#source.push(participantId, message);
    if ('error' in result && result.error) this.#events.emit('error', result.error);
    if (result.outcome !== 'changed') return;
    this.#events.emit('avatar', { participantId, state: result.avatar.state });
    this.#show(participantId, result.avatar);
  }

  /** Brings the participant's tile to the state; a face takes a moment. */
  #show(participantId: string, avatar: SeenAvatar): void {
    const mounted = this.#mounted.get(participantId);
    const initials = 'style' in avatar && avatar.style.look === 'initials';
    if ('code' in avatar && !initials) {
      if (mounted) void this.#showFace(mounted, avatar);
      return;
    }
    this.#decoder.forget(participantId);
    if (avatar.state === 'listening') this.preload();
    if (!mounted) return;
    mounted.asked += 1;
    this.#answer(mounted, mounted.asked, NO_CODE, (tile) => {
      if (avatar.state === 'listening' && !initials) tile.showListening(avatar.progress);
      else tile.showPlaceholder(avatar.state);
    });
  }

  /** Changes what the tile shows and tells so. */
  #answer(mounted: Mounted, asked: number, settledCode: FaceCode, show: (tile: AvatarTile) => void): void {
    const { tile } = mounted;
    const before = tile.state;
    mounted.answered = asked;
    mounted.settledCode.fill(0);
    mounted.settledCode = settledCode;
    show(tile);
    const { participantId, state } = tile;
    if (state !== before) this.#events.emit('shown', { participantId, state });
  }

  async #showFace(mounted: Mounted, avatar: FaceAvatar): Promise<void> {
    const { tile } = mounted;
    const { participantId } = tile;
    mounted.asked += 1;
    const asked = mounted.asked;
    // While a face forms, newer codes may have been asked for already: it is shown until they are answered.
    const overtaken = () => this.#mounted.get(participantId) !== mounted || mounted.answered > asked;
    // A copy: the source zeroes its own as soon as the next message comes.
    const code = avatar.state === 'forming' ? leanFaceCode(avatar.code, avatar.confidence) : avatar.code.slice();
    try {
      if (avatar.state === 'settled' && sameCode(mounted.settledCode, code)) {
        const worn = await this.#layers.wear(avatar.style);
        if (overtaken()) worn.release();
        else this.#answer(mounted, asked, code.slice(), () => tile.wear(worn));
        return;
      }
      const [mesh, decoded, average] = await Promise.all([
        this.#layers.mesh(),
        this.#decoder.decode(participantId, code),
        avatar.state === 'forming' ? this.#decoder.decodeAverage() : undefined,
      ]);
      if (decoded.outcome === 'failed') throw decoded.error;
      if (decoded.outcome === 'superseded') return;
      const { puppet } = decoded;
      const worn = overtaken() ? undefined : await this.#layers.wear(avatar.style);
      if (!worn || overtaken()) {
        worn?.release();
        erasePuppet(puppet);
        return;
      }
      const from = average?.outcome === 'decoded' ? copyOfPuppet(average.puppet) : undefined;
      const settledCode = avatar.state === 'settled' ? code.slice() : NO_CODE;
      const face = { mesh, puppet, worn, from, phase: avatar };
      this.#answer(mounted, asked, settledCode, () => tile.showFace(face));
    } catch (error) {
      if (overtaken()) return;
      // No further code will come: a ring that never closes would promise a face.
      if (avatar.state === 'settled' && !tile.hasFace) {
        this.#answer(mounted, asked, NO_CODE, () => tile.showPlaceholder('none'));
      }
      const told = error instanceof PluginError ? error : PluginError.modelsUnavailable('a face', error);
      this.#events.emit('error', told);
    } finally {
      code.fill(0);
    }
  }
}

/** Makes the plugin; call `start()` when the call begins. */
export function createAvatarPlugin(options: AvatarPluginOptions): AvatarPlugin {
  return new AvatarPlugin(options);
}

function sameCode(a: FaceCode, b: FaceCode): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
