/** A page of tiles without a call, driven from a test through `window.tiles`. */
import { faceCodeToBytes } from '@timbre/models';
import { type AvatarPluginOptions, createAvatarPlugin, type PluginError, styleFromSeed } from '@timbre/plugin';
import { fakeCallAdapter } from '@timbre/plugin/adapters/fake';
import type { AvatarState, Style } from '@timbre/protocol';
import { film } from './film.ts';
import { pictures } from './pictures.ts';
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
  pictures,
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
  /** Plays syllables of /a/ as the participant's track, after `silenceMs` of silence; then silence. */
  speak(participantId: string, { silenceMs, speechMs }: { silenceMs: number; speechMs: number }) {
    sound ??= new AudioContext();
    const output = new MediaStreamAudioDestinationNode(sound);
    const voice = new GainNode(sound, { gain: 0 });
    const glottis = new OscillatorNode(sound, { type: 'sawtooth', frequency: 120 });
    for (const frequency of [750, 1200, 2500]) {
      glottis.connect(new BiquadFilterNode(sound, { type: 'bandpass', frequency, Q: 6 })).connect(voice);
    }
    voice.connect(output);
    const start = sound.currentTime + silenceMs / 1000;
    for (let at = 0; at < speechMs / 1000; at += 0.28) {
      voice.gain.setTargetAtTime(0.8, start + at, 0.02);
      voice.gain.setTargetAtTime(0, start + at + 0.18, 0.02);
    }
    glottis.start();
    adapter.setAudioTrack(participantId, output.stream.getAudioTracks()[0]);
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
