/** Bytes of an Ogg page's header before its segment table (RFC 3533, section 6). */
const HEADER_LENGTH = 27;

/**
 * An Ogg file without a last page that was cut short. Decoders go by the page's granule position and fill up with silence
 * what its missing packets should have held.
 */
export function wholeOggPages(bytes: Uint8Array): Uint8Array {
  let end = 0;
  while (end + HEADER_LENGTH <= bytes.length && isPage(bytes, end)) {
    const segments = bytes[end + 26]!;
    const table = bytes.subarray(end + HEADER_LENGTH, end + HEADER_LENGTH + segments);
    const next = end + HEADER_LENGTH + segments + table.reduce((sum, length) => sum + length, 0);
    if (table.length < segments || next > bytes.length) break;
    end = next;
  }
  return bytes.subarray(0, end);
}

/** `OggS` */
function isPage(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x4f && bytes[at + 1] === 0x67 && bytes[at + 2] === 0x67 && bytes[at + 3] === 0x53;
}
