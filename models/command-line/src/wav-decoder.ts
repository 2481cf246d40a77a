/**
 * WAV files (RIFF, Microsoft's Multimedia Programming Interface 1.0, and WAVE_FORMAT_EXTENSIBLE): PCM of 8 to 32 bits, floats,
 * G.711. Own code because the libraries tried take seconds per file or know no G.711.
 */
import type { DecodedAudio } from './audio-decoders.ts';

const PCM = 1;
const FLOAT = 3;
const A_LAW = 6;
const MU_LAW = 7;
const EXTENSIBLE = 0xfffe;

type ReadSample = (view: DataView, at: number) => number;

/** Sample readers by format and bits. */
const READERS: Readonly<Record<string, ReadSample>> = {
  [`${PCM}/8`]: (view, at) => (view.getUint8(at) - 128) / 128,
  [`${PCM}/16`]: (view, at) => view.getInt16(at, true) / 2 ** 15,
  [`${PCM}/24`]: (view, at) => (view.getUint8(at) + 256 * view.getInt16(at + 1, true)) / 2 ** 23,
  [`${PCM}/32`]: (view, at) => view.getInt32(at, true) / 2 ** 31,
  [`${FLOAT}/32`]: (view, at) => view.getFloat32(at, true),
  [`${FLOAT}/64`]: (view, at) => view.getFloat64(at, true),
  [`${A_LAW}/8`]: (view, at) => fromALaw(view.getUint8(at)) / 2 ** 15,
  [`${MU_LAW}/8`]: (view, at) => fromMuLaw(view.getUint8(at)) / 2 ** 15,
};

interface WavFormat {
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  readonly readSample: ReadSample;
}

/** Reads as far as a file that was cut short goes. Throws Error if there is no format, no data or an unknown encoding. */
export function decodeWav(bytes: Uint8Array): DecodedAudio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const name = view.getUint32(at);
    const start = at + 8;
    // Programs that write to a pipe leave 0 or 0xffffffff: what is there counts.
    const size = Math.min(view.getUint32(at + 4, true), view.byteLength - start);
    if (name === CHUNK.format) format = readFormat(new DataView(view.buffer, view.byteOffset + start, size));
    if (name === CHUNK.data) {
      if (!format) throw new Error('its data comes before its format');
      return readSamples(new DataView(view.buffer, view.byteOffset + start, size || view.byteLength - start), format);
    }
    at = start + size + (size % 2); // chunks begin at even bytes
  }
  throw new Error(format ? 'it holds no data' : 'it names no format');
}

/** `fmt ` and `data` */
const CHUNK = { format: 0x666d7420, data: 0x64617461 };

function readFormat(chunk: DataView): WavFormat {
  if (chunk.byteLength < 16) throw new Error('its format is cut short');
  const bits = chunk.getUint16(14, true);
  const named = chunk.getUint16(0, true);
  // The extensible format hides the true one in the first two bytes of a GUID.
  const encoding = named === EXTENSIBLE && chunk.byteLength >= 26 ? chunk.getUint16(24, true) : named;
  const readSample = READERS[`${encoding}/${bits}`];
  if (!readSample) throw new Error(`encoding ${encoding} with ${bits} bits is unknown`);
  const channels = chunk.getUint16(2, true);
  if (channels === 0) throw new Error('it has no channels');
  return { channels, sampleRate: chunk.getUint32(4, true), bits, readSample };
}

function readSamples(data: DataView, { channels, sampleRate, bits, readSample }: WavFormat): DecodedAudio {
  const sampleBytes = bits / 8;
  const frames = Math.floor(data.byteLength / (channels * sampleBytes));
  const pcm = Array.from({ length: channels }, () => new Float32Array(frames));
  for (let frame = 0, at = 0; frame < frames; frame += 1) {
    for (let channel = 0; channel < channels; channel += 1, at += sampleBytes) {
      pcm[channel]![frame] = readSample(data, at);
    }
  }
  return { channels: pcm, sampleRate };
}

/** ITU-T G.711, to 16 bits. */
function fromALaw(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const mantissa = ((code & 15) << 4) + 8;
  const magnitude = segment === 0 ? mantissa : (mantissa + 256) << (segment - 1);
  return code & 0x80 ? magnitude : -magnitude;
}

/** ITU-T G.711, to 16 bits. */
function fromMuLaw(byte: number): number {
  const code = ~byte;
  const magnitude = ((((code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132;
  return code & 0x80 ? -magnitude : magnitude;
}
