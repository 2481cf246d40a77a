/** Opus packet -> 16 kHz mono PCM (RFC 6716, RFC 7587); libopus resamples and mixes stereo down by itself. */
import { Decoder } from '@evan/opus';
import type { AudioDecoder } from './audio-decoder.ts';
import { InferenceError } from './errors.ts';

const SAMPLE_RATE = 16_000;
/** RFC 6716 section 3.1: the low two bits of the TOC byte say how many Opus frames follow; 0 is one. */
const ONE_FRAME = 0xfc;
/** Concealment fades to silence in libopus within a few packets; past this it invents nothing useful. */
const MAX_CONCEALED_SAMPLES = 0.12 * SAMPLE_RATE;
const NO_SAMPLES = new Float32Array(0);

export class OpusDecoder implements AudioDecoder {
  readonly #decoder = new Decoder({ channels: 1, sample_rate: SAMPLE_RATE });
  /** The table-of-contents byte of the last good packet: mode, bandwidth and frame length. */
  #lastToc: number | undefined;

  decode(payload: Uint8Array): Float32Array {
    // libopus takes an empty packet for a loss of unknown length and may fill any buffer: not a packet.
    if (payload.length === 0) throw InferenceError.undecodable('Opus');
    const pcm = this.#decode(payload);
    this.#lastToc = payload[0]!;
    return pcm;
  }

  /**
   * Conceals by decoding a packet that is only a TOC byte: a frame of length zero, which libopus treats as lost
   * (RFC 6716 section 3.2.1). Packets are whole Opus frames, so a shorter remainder stays silent.
   */
  conceal(samples: number): Float32Array {
    if (this.#lastToc === undefined) return NO_SAMPLES;
    const wanted = Math.min(samples, MAX_CONCEALED_SAMPLES);
    const toc = Uint8Array.of(this.#lastToc & ONE_FRAME);
    const concealed = new Float32Array(wanted);
    let filled = 0;
    while (filled < wanted) {
      const pcm = this.#decode(toc);
      if (pcm.length === 0 || filled + pcm.length > wanted) break;
      concealed.set(pcm, filled);
      filled += pcm.length;
      pcm.fill(0);
    }
    return concealed.subarray(0, filled);
  }

  reset(): void {
    this.#decoder.reset();
    this.#lastToc = undefined;
  }

  close(): void {
    this.reset();
  }

  #decode(packet: Uint8Array): Float32Array {
    let bytes: Uint8Array;
    try {
      bytes = this.#decoder.decode(packet);
    } catch (cause) {
      throw InferenceError.undecodable('Opus', { cause });
    }
    // Signed 16-bit, in the machine's order (little-endian wherever the native decoder runs).
    const signed = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    const pcm = new Float32Array(signed.length);
    for (let index = 0; index < pcm.length; index += 1) pcm[index] = signed[index]! / 32_768;
    signed.fill(0);
    return pcm;
  }
}
