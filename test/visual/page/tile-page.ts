/** A page of tiles without a call, driven from a test through `window.tiles`. */
import { faceCodeToBytes } from '@timbre/models';
import { type AvatarPluginOptions, createAvatarPlugin, type PluginError, styleFromSeed } from '@timbre/plugin';
import { fakeCallAdapter } from '@timbre/plugin/adapters/fake';
import type { AvatarState, Style } from '@timbre/protocol';
import { film } from './film.ts';
import { codeFromSeed } from './seeded-code.ts';

export interface TileSize {
  readonly width: number;
  readonly height: number;
}

/** An avatar state whose code is drawn from a seed. */
export type SceneState =
  | { readonly state: 'none' | 'withdrawn' }
  | { readonly state: 'listening'; readonly progress: number }
  | { readonly state: 'forming'; readonly progress: number; readonly confidence: number; readonly seed: number }
  | { readonly state: 'settled'; readonly seed: number };

const adapter = fakeCallAdapter();
const errors: string[] = [];
let plugin: ReturnType<typeof createAvatarPlugin> | undefined;
let sound: AudioContext | undefined;

function wire(participantId: string, scene: SceneState, change: Partial<Style>): AvatarState {
  const style: Style = { ...styleFromSeed(participantId), ...change };
  const code = (seed: number) => ({ contract: 1, bytes: faceCodeToBytes(codeFromSeed(seed)) });
  switch (scene.state) {
    case 'none':
    case 'withdrawn':
      return { state: scene.state };
    case 'listening':
      return { state: 'listening', progress: scene.progress, style };
    case 'forming': {
      const { progress, confidence, seed } = scene;
      return { state: 'forming', progress, confidence, code: code(seed), style };
    }
    case 'settled':
      return { state: 'settled', confidence: 0.95, code: code(scene.seed), style };
  }
}

const tiles = {
  adapter,
  errors,
  start(options: Partial<AvatarPluginOptions> = {}) {
    plugin = createAvatarPlugin({ adapter, ...options });
    plugin.on('error', (error: PluginError) => errors.push(`${error.reason}: ${error.message} ${error.cause ?? ''}`));
    plugin.start();
  },
  add(participantId: string, name: string, { width, height }: TileSize) {
    const element = document.createElement('div');
    element.className = 'tile';
    element.id = participantId;
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    document.body.append(element);
    adapter.join({ participantId, name });
    plugin?.mount(participantId, element, { name });
  },
  set(participantId: string, scene: SceneState, change: Partial<Style> = {}) {
    adapter.setAvatar(participantId, wire(participantId, scene, change));
  },
  /** Plays a file as the participant's remote track; resolves with its duration in seconds. */
  async speak(participantId: string, url: string): Promise<number> {
    sound ??= new AudioContext();
    const buffer = await sound.decodeAudioData(await (await fetch(url)).arrayBuffer());
    const output = new MediaStreamAudioDestinationNode(sound);
    const source = new AudioBufferSourceNode(sound, { buffer });
    source.connect(output);
    adapter.setAudioTrack(participantId, output.stream.getAudioTracks()[0]);
    source.start(sound.currentTime + 0.1);
    return buffer.duration;
  },
  /** Pictures of one face in given poses. */
  film: (seed: number, options: Omit<Parameters<typeof film>[0], 'code'>) =>
    film({ ...options, code: codeFromSeed(seed) }),
  unmount: (participantId: string) => plugin?.unmount(participantId),
  stop: () => plugin?.stop(),
  restart: () => plugin?.start(),
  close: () => plugin?.close(),
};

declare global {
  interface Window {
    tiles: typeof tiles;
  }
}
window.tiles = tiles;
