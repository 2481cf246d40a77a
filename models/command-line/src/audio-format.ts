export type AudioFormat = 'WAV' | 'MP3' | 'Opus' | 'Ogg Vorbis' | 'FLAC';

/** What a sound file is, by its first bytes: names of files can't be trusted. */
export function detectAudioFormat(bytes: Uint8Array): AudioFormat | undefined {
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WAVE', 8)) return 'WAV';
  if (startsWith(bytes, 'fLaC')) return 'FLAC';
  if (startsWith(bytes, 'OggS')) {
    // The first packet follows the page's header: 27 bytes and a segment table (RFC 3533, section 6).
    const packet = 27 + (bytes[26] ?? 0);
    if (startsWith(bytes, 'OpusHead', packet)) return 'Opus';
    if (startsWith(bytes, '\u0001vorbis', packet)) return 'Ogg Vorbis';
    return undefined;
  }
  if (startsWith(bytes, 'ID3')) return 'MP3';
  // An MPEG audio header: 11 bits of sync, then version and layer, of which "reserved" means that it is none.
  const [first = 0, second = 0] = bytes;
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  return first === 0xff && (second & 0xe0) === 0xe0 && version !== 1 && layer !== 0 ? 'MP3' : undefined;
}

function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  return [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
}
