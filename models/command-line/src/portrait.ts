/** Face code and style to a marked PNG. */
import { join } from 'node:path';
import {
  drawPuppet,
  type FaceCode,
  type FaceDecoder,
  layersForStyle,
  type Pose,
  type Puppet,
  PuppetPoser,
  type PuppetStyle,
  type Texture,
} from '@timbre/models';
import sharp from 'sharp';
import { markedPng } from './marked-png.ts';
import type { PuppetAssets } from './model-files.ts';

/** Draws portraits; decoded layer textures are kept for the next one. */
export class PortraitPainter {
  readonly #decoder: FaceDecoder;
  readonly #assets: PuppetAssets;
  readonly #textures = new Map<string, Texture>();

  constructor(decoder: FaceDecoder, assets: PuppetAssets) {
    this.#decoder = decoder;
    this.#assets = assets;
  }

  /** RGBA, `size` x `size`, without a badge. */
  async drawPuppet(
    puppet: Puppet,
    style: PuppetStyle,
    size: number,
    pose: Pose = { weights: {} },
  ): Promise<Uint8ClampedArray> {
    const { mesh, index } = this.#assets;
    const layers = layersForStyle(index, style);
    const { hair, clothes, brows, beard, sprites } = layers;
    for (const layer of [hair, clothes, brows, beard]) if (layer) await this.#load(layer.file);
    for (const file of Object.values(sprites)) await this.#load(file);
    if (layers.glasses) await this.#load(layers.glasses.file);
    const posed = new PuppetPoser(mesh, puppet).pose(pose);
    return drawPuppet({ mesh, posed, puppet, style, layers, textures: this.#textures, size });
  }

  /** A PNG with the AI badge and the XMP mark. */
  async paint(code: FaceCode, style: PuppetStyle, size: number, pose?: Pose): Promise<Buffer> {
    const pixels = await this.drawPuppet(await this.#decoder.decode(code), style, size, pose);
    return markedPng(sharp(pixels, { raw: { width: size, height: size, channels: 4 } }), size);
  }

  async #load(file: string): Promise<void> {
    if (this.#textures.has(file)) return;
    const image = sharp(join(this.#assets.folder, file)).ensureAlpha().raw();
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    this.#textures.set(file, { width: info.width, height: info.height, pixels: data });
  }
}
