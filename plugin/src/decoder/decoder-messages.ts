/** Between the page and the decoder's Worker. Both come from one build, so they need no version. */
import type { FaceCode, Puppet } from '@timbre/models';

export type DecoderRequest =
  /** Load contract and weights. URLs are absolute. */
  | { readonly type: 'open'; readonly modelsUrl: string; readonly wasmPaths: string | undefined }
  | { readonly type: 'decode'; readonly requestId: number; readonly code: FaceCode };

export type DecoderReply =
  | { readonly type: 'ready' }
  /** Contract or weights can't be used; this Worker is of no further use. */
  | { readonly type: 'unavailable'; readonly message: string }
  | { readonly type: 'decoded'; readonly requestId: number; readonly puppet: Puppet }
  | { readonly type: 'failed'; readonly requestId: number; readonly message: string };

/** The buffers of a puppet, to be transferred instead of copied. */
export function puppetBuffers(puppet: Puppet): ArrayBuffer[] {
  return [puppet.rest, ...puppet.deltas, puppet.skin].map((array) => array.buffer as ArrayBuffer);
}
