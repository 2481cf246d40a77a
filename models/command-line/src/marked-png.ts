/** Pixels to a PNG that says that it was generated. */
import type { Sharp } from 'sharp';
import { badgeSvg, generatedXmp } from './generated-mark.ts';
import { withXmp } from './png-xmp.ts';

/** With the AI badge and the XMP mark; `picture` is square, `size` pixels wide. `rights` as in `generatedXmp`. */
export async function markedPng(picture: Sharp, size: number, rights?: string): Promise<Buffer> {
  const { svg, left, top } = badgeSvg(size);
  const png = await picture
    .composite([{ input: Buffer.from(svg), left, top }])
    .removeAlpha()
    .png()
    .toBuffer();
  return withXmp(png, generatedXmp(rights));
}
