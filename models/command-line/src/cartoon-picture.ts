/** Face code and style to a marked PNG of a cartoon. */
import type { ExpressionWeights, FaceCode, Probes, PuppetStyle } from '@timbre/models';
import { CARTOON_ATTRIBUTION, cartoonAttributes, cartoonExpression, cartoonSvg } from '@timbre/models/cartoon';
import sharp from 'sharp';
import { markedPng } from './marked-png.ts';

/** `size` x `size` pixels, with badge, XMP mark and attribution. `weights` default to none: at rest. */
export async function paintCartoon(
  code: FaceCode,
  style: PuppetStyle,
  probes: Probes,
  size: number,
  weights: ExpressionWeights = {},
): Promise<Buffer> {
  const expression = cartoonExpression(weights);
  const svg = cartoonSvg(cartoonAttributes(code, style, probes), { expression, size });
  return markedPng(sharp(Buffer.from(svg)), size, CARTOON_ATTRIBUTION);
}
