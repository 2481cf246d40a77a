/** Face code and style to a marked PNG. */
import { join } from 'node:path';
import {
  drawPuppet,
  type FaceCode,
  type FaceDecoder,
  layersForStyle,
  PuppetPoser,
  type PuppetStyle,
  type Texture,
} from '@timbre/models';
import sharp from 'sharp';
import { badgeSvg, generatedXmp } from './generated-mark.ts';
import type { PuppetAssets } from './model-files.ts';
import { withXmp } from './png-xmp.ts';

/** Draws portraits; decoded layer textures are kept for the next one. */
export class PortraitPainter {
  readonly #decoder: FaceDecoder;
  readonly #assets: PuppetAssets;
  readonly #textures = new Map<string, Texture>();

  constructor(decoder: FaceDecoder, assets: PuppetAssets) {
    this.#decoder = decoder;
    this.#assets = assets;
  }

  /** RGBA, `size` x `size`, at rest, without a badge. */
  async draw(code: FaceCode, style: PuppetStyle, size: number): Promise<Uint8ClampedArray> {
    const { mesh, index } = this.#assets;
    const layers = layersForStyle(index, style);
    const { hair, clothes, brows, beard, sprites } = layers;
    for (const layer of [hair, clothes, brows, beard]) if (layer) await this.#load(layer.file);
    for (const file of Object.values(sprites)) await this.#load(file);
    const puppet = await this.#decoder.decode(code);
    const posed = new PuppetPoser(mesh, puppet).pose({ weights: {} });
    return drawPuppet({ mesh, posed, puppet, style, layers, textures: this.#textures, size });
  }

  /** A PNG with the AI badge and the XMP mark. */
  async paint(code: FaceCode, style: PuppetStyle, size: number): Promise<Buffer> {
    const pixels = await this.draw(code, style, size);
    const { svg, left, top } = badgeSvg(size);
    const png = await sharp(pixels, { raw: { width: size, height: size, channels: 4 } })
      .composite([{ input: Buffer.from(svg), left, top }])
      .removeAlpha()
      .png()
      .toBuffer();
    return withXmp(png, generatedXmp());
  }

  async #load(file: string): Promise<void> {
    if (this.#textures.has(file)) return;
    const image = sharp(join(this.#assets.folder, file)).ensureAlpha().raw();
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    this.#textures.set(file, { width: info.width, height: info.height, pixels: data });
  }
}
