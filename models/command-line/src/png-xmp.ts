/** XMP in PNG files as the XMP specification wants it (part 3, 1.1.5): an uncompressed iTXt chunk before the pixels. */
import { crc32 } from 'node:zlib';

const KEYWORD = 'XML:com.adobe.xmp';
const SIGNATURE_LENGTH = 8;
/** Length, type, 13 bytes, checksum: always the first chunk. */
const HEADER_LENGTH = 25;

/** The PNG with the XMP packet right after its header chunk. */
export function withXmp(png: Uint8Array, xmp: string): Buffer {
  const start = SIGNATURE_LENGTH + HEADER_LENGTH;
  return Buffer.concat([png.subarray(0, start), internationalText(xmp), png.subarray(start)]);
}

/** An iTXt chunk (PNG specification, 11.3.3.4): keyword, no compression, no language, no translated keyword. */
function internationalText(text: string): Buffer {
  const typeAndText = Buffer.concat([Buffer.from(`iTXt${KEYWORD}\0\0\0\0\0`, 'latin1'), Buffer.from(text, 'utf8')]);
  const chunk = Buffer.alloc(typeAndText.length + 8);
  chunk.writeUInt32BE(typeAndText.length - 4, 0);
  typeAndText.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typeAndText), typeAndText.length + 4);
  return chunk;
}
