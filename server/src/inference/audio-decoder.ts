/** What a codec must do for the pipeline, and which codec does it: the only file that knows codecs by name. */
import { InferenceError } from './errors.ts';
import { OpusDecoder } from './opus-decoder.ts';

/** Payload -> 16 kHz mono PCM. One per tap: decoders have state. */
export interface AudioDecoder {
  /** Decodes one RTP payload to PCM in -1..1. Throws InferenceError `undecodable`; the state stays usable. */
  decode(payload: Uint8Array): Float32Array;
  /** At most `samples` of audio invented for a lost packet; fewer, down to none, if the codec has no more to give. */
  conceal(samples: number): Float32Array;
  /** The sender started anew: forget the past. */
  reset(): void;
  /** Erases what the decoder remembers of the audio. Final. */
  close(): void;
}

const DECODERS: Readonly<Record<string, () => AudioDecoder>> = {
  opus: () => new OpusDecoder(),
};

/** Throws InferenceError `unknown-codec`. */
export function createAudioDecoder(codec: string): AudioDecoder {
  const create = Object.hasOwn(DECODERS, codec) ? DECODERS[codec] : undefined;
  if (!create) throw InferenceError.unknownCodec(codec);
  return create();
}
