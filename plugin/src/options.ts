/** Every option of the plugin, with unit and default. */
import type { CallAdapter } from './call-adapter.ts';
import type { DecoderWorker } from './decoder/decoder-client.ts';
import type { AvatarStrings } from './strings.ts';

export interface AvatarPluginOptions {
  /** The call platform. Required. */
  readonly adapter: CallAdapter;
  /** Where `contract.json`, `weights/` and `layers/` lie; relative to the page. Default: `/models/`. */
  readonly modelsUrl?: string;
  /** Folder of ONNX Runtime's .wasm and .mjs files. Default: beside the bundle, where bundlers put them. */
  readonly wasmPaths?: string;
  /** Frames a second of a face, at most. Default: 30. */
  readonly framesPerSecond?: number;
  /** Whether faces keep still: as the system's `prefers-reduced-motion` says, or always, or never. Default: `system`. */
  readonly reducedMotion?: 'system' | 'always' | 'never';
  /**
   * Whether tiles without a face are light or dark: as the CSS `color-scheme` of the element says that they are mounted
   * in (a page that declares none is light), or always. Default: `page`.
   */
  readonly colourScheme?: 'page' | 'light' | 'dark';
  /** What is said to people; what is left out is English. Default: English. */
  readonly strings?: Partial<AvatarStrings>;
  /** Makes the decoder's Worker, for bundlers that can't find it by themselves. Default: a module Worker. */
  readonly createWorker?: () => DecoderWorker;
  /** Fetches mesh and layers. Default: the page's fetch. */
  readonly fetch?: typeof fetch;
}

export interface MountOptions {
  /** As shown and said to people. Default: the name that the adapter gives, or the participant's id. */
  readonly name?: string;
  /** Side of a square tile, CSS pixels. Default: as large as the element, whatever its shape. */
  readonly size?: number;
}
