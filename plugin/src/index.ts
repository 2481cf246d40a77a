/** The door of @timbre/plugin. Adapters have their own: `@timbre/plugin/adapters/...`. */
export { type PuppetStyle, styleFromSeed } from '@timbre/models';
export {
  type AvatarPlugin,
  type AvatarPluginEvents,
  createAvatarPlugin,
  type Tile,
} from './avatar-plugin.ts';
export type { CallAdapter, CallEvents, CallParticipant } from './call-adapter.ts';
export { CallRoster } from './call-roster.ts';
export type { DecoderWorker } from './decoder/decoder-client.ts';
export { PluginError, type PluginErrorReason } from './errors.ts';
export { initialsOf } from './initials.ts';
export type { AvatarPluginOptions, MountOptions } from './options.ts';
export { type AvatarStrings, ENGLISH } from './strings.ts';
export type { ShownState } from './tile/tile-element.ts';
