/** Draws a posed puppet to pixels, without a GPU: for the command line, server images and tests. */
import { ModelError } from './errors.ts';
import type { StyleLayers } from './layers-index.ts';
import { glassesQuad } from './pose-sprites.ts';
import type { Puppet } from './puppet.ts';
import type { PuppetMesh } from './puppet-mesh.ts';
import {
  BACKGROUND_GRADIENT,
  CATCH_LIGHT_GRADIENT,
  LASH_GRADIENT,
  LASH_OPACITY,
  LOWER_LIP_SHADOW_OPACITY,
  LOWER_TEETH_TINT,
  MOUTH_COLOUR,
  SHADOW_GRADIENT,
  TONGUE_TINT,
  UPPER_TEETH_TINT,
} from './puppet-paint.ts';
import type { PosedPuppet } from './puppet-pose.ts';
import { RasterCanvas } from './raster-canvas.ts';
import { paintLayer, paintSkin } from './raster-layers.ts';
import { mapTexels } from './raster-mesh.ts';
import type { PuppetStyle } from './style.ts';
import type { Texture } from './texture.ts';

/** Width of the dark line around the inside of the mouth, distances between the eyes. */
const MOUTH_OUTLINE = 0.02;

export interface DrawPuppetOptions {
  readonly mesh: PuppetMesh;
  readonly posed: PosedPuppet;
  readonly puppet: Puppet;
  readonly style: PuppetStyle;
  /** `layersForStyle(index, style)`. */
  readonly layers: StyleLayers;
  /** The decoded files that `layers` names. */
  readonly textures: ReadonlyMap<string, Texture>;
  /** Pixels of the square picture. */
  readonly size: number;
  /** Samples per pixel and direction; lids and lips are as smooth as this. Default: 2. */
  readonly supersample?: number;
}

/**
 * RGBA, opaque, `size` x `size`, rows from the top. Order, bottom to top: background, hair behind the head, eyeballs, lid
 * shadows, catch-lights, mouth, tongue, teeth, lip shadows, skin, brows, beard, clothes, lashes, glasses, hair before the
 * head.
 * Throws ModelError `bad-layers` if a texture is missing.
 */
export function drawPuppet(options: DrawPuppetOptions): Uint8ClampedArray {
  const { mesh, posed, puppet, style, layers, size, supersample = 2 } = options;
  const canvas = new RasterCanvas(size, supersample);
  const map = mapTexels(mesh, posed.positions, canvas.side, supersample);
  const hairMap = layers.hair && mapTexels(mesh, posed.hairPositions, canvas.side, supersample);
  const texture = (file: string): Texture => {
    const found = options.textures.get(file);
    if (!found) throw ModelError.badLayers(`${file} was not loaded`);
    return found;
  };
  const hair = layers.hair && texture(layers.hair.file);
  const clothes = layers.clothes && texture(layers.clothes.file);
  const skin = { width: 2 * puppet.textureSize, height: puppet.textureSize, pixels: puppet.skin };

  canvas.radialGradient(displayColour(style.background[0]), displayColour(style.background[1]), BACKGROUND_GRADIENT);
  if (layers.hair && hair && hairMap) paintLayer(canvas, hairMap, hair, layers.hair, 'back');
  drawEyes(canvas, posed, layers, texture);
  drawMouth(canvas, posed, layers, texture);
  paintSkin(canvas, map, skin, layers.skin, { hair, clothes });
  for (const layer of [layers.brows, layers.beard, layers.clothes]) {
    if (layer) paintLayer(canvas, map, texture(layer.file), layer);
  }
  for (const lash of posed.lashes) canvas.strip(lash, LASH_GRADIENT, LASH_OPACITY);
  if (layers.glasses) canvas.sprite(glassesQuad(posed.eyeMiddles, layers.glasses.box), texture(layers.glasses.file));
  if (layers.hair && hair && hairMap) paintLayer(canvas, hairMap, hair, layers.hair, 'front');
  return canvas.finish();
}

function drawEyes(
  canvas: RasterCanvas,
  posed: PosedPuppet,
  layers: StyleLayers,
  texture: (file: string) => Texture,
): void {
  canvas.sprite(posed.eyes[0], texture(layers.sprites.leftEye));
  canvas.sprite(posed.eyes[1], texture(layers.sprites.rightEye));
  for (const shadow of posed.lidShadows) canvas.strip(shadow, SHADOW_GRADIENT);
  for (const { x, y, diameter, opacity } of posed.catchLights) {
    canvas.disc(x, y, diameter, CATCH_LIGHT_GRADIENT, opacity);
  }
}

function drawMouth(
  canvas: RasterCanvas,
  posed: PosedPuppet,
  layers: StyleLayers,
  texture: (file: string) => Texture,
): void {
  canvas.polygon(posed.mouthRing, MOUTH_COLOUR, MOUTH_OUTLINE * posed.eyeDistance);
  canvas.sprite(posed.tongue, texture(layers.sprites.tongue), TONGUE_TINT);
  canvas.sprite(posed.lowerTeeth, texture(layers.sprites.lowerTeeth), LOWER_TEETH_TINT);
  canvas.sprite(posed.upperTeeth, texture(layers.sprites.upperTeeth), UPPER_TEETH_TINT);
  canvas.strip(posed.upperLipShadow, SHADOW_GRADIENT);
  canvas.strip(posed.lowerLipShadow, SHADOW_GRADIENT, LOWER_LIP_SHADOW_OPACITY);
}

/** `#rrggbb` to 0..255 per channel. */
function displayColour(hex: string): readonly [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}
