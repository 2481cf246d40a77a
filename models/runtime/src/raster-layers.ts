/** Paints the decoded skin and the style's layers, by the colour formula of colour.ts. */
import { decodeDiffuse, decodeHighlight, smoothstep, toDisplay } from './colour.ts';
import type { LayerPaint } from './layers-index.ts';
import type { RasterCanvas } from './raster-canvas.ts';
import type { TexelMap } from './raster-mesh.ts';
import { channelBounds, sampleChannel, sampleTexture, type Texture } from './texture.ts';

/** Left and right half of a texture are apart by this in u. */
const HALF = 0.5;
/** Part of each half that is not looked at, so that the halves don't bleed into each other. */
const TEXTURE_BORDER = 0.002;

/** Decoding by table: sixteen steps per byte value, for what lies between two texels. */
const STEPS = 16;
const DIFFUSE = Float32Array.from({ length: 255 * STEPS + 1 }, (_, step) => decodeDiffuse(step / (255 * STEPS)));
const HIGHLIGHT = Float32Array.from({ length: 255 * STEPS + 1 }, (_, step) => decodeHighlight(step / (255 * STEPS)));

/** Shadow falls redder on skin: it is raised to a power per channel, 1 for green. */
const RED_SHADOW_POWER = 0.85;
const BLUE_SHADOW_POWER = 1.05;

type Paint = Omit<LayerPaint, 'file'>;

/** Channels of a layer's texture, see models/layers: left half diffuse, highlight, front coverage. */
const FRONT_COVERAGE = 2;
/** Right half: skin kept beside a garment, back coverage, shadow on the skin. */
const SKIN_KEPT = 0;
const BACK_COVERAGE = 1;
const SHADOW = 2;
/** Of the skin's right half: highlight, coverage. */
const SKIN_HIGHLIGHT = 0;
const SKIN_COVERAGE = 1;

/** `hair` and `clothes` shade the skin; clothes also remove what their garment covers. */
export function paintSkin(
  canvas: RasterCanvas,
  map: TexelMap,
  skin: Texture,
  paint: Paint,
  { hair, clothes }: { hair: Texture | undefined; clothes: Texture | undefined },
): void {
  const { colour, lift, highlightGain } = paint;
  const diffuse = new Float32Array(4);
  const shown = new Float32Array(3);
  for (let entry = 0; entry < map.samples.length; entry += 1) {
    const u = halfU(map.uv[2 * entry]!);
    const v = map.uv[2 * entry + 1]!;
    let opacity = paint.opacity * smoothstep(0.08, 0.92, sampleChannel(skin, u + HALF, v, SKIN_COVERAGE) / 255);
    if (opacity > 0 && clothes) opacity *= sampleChannel(clothes, u + HALF, v, SKIN_KEPT) / 255;
    if (opacity <= 0) continue;
    let shadow = hair ? sampleChannel(hair, u + HALF, v, SHADOW) / 255 : 1;
    if (clothes) shadow *= sampleChannel(clothes, u + HALF, v, SHADOW) / 255;
    sampleTexture(skin, u, v, diffuse);
    const highlight = highlightGain * decode(HIGHLIGHT, sampleChannel(skin, u + HALF, v, SKIN_HIGHLIGHT)) * shadow;
    const red = colour[0] * decode(DIFFUSE, diffuse[0]!) * (shadow < 1 ? shadow ** RED_SHADOW_POWER : 1);
    const green = colour[1] * decode(DIFFUSE, diffuse[1]!) * shadow;
    const blue = colour[2] * decode(DIFFUSE, diffuse[2]!) * (shadow < 1 ? shadow ** BLUE_SHADOW_POWER : 1);
    toDisplay(lift * (red + highlight), lift * (green + highlight), lift * (blue + highlight), shown);
    canvas.blendSquare(map.samples[entry]!, map.spans[entry]!, shown, opacity);
  }
}

/** `side`: which coverage counts; hair is drawn behind and before the head with the same picture. */
export function paintLayer(
  canvas: RasterCanvas,
  map: TexelMap,
  texture: Texture,
  { colour, lift, highlightGain, opacity: strength }: Paint,
  side: 'front' | 'back' = 'front',
): void {
  const shown = new Float32Array(3);
  const half = side === 'front' ? 0 : HALF;
  const coverage = side === 'front' ? FRONT_COVERAGE : BACK_COVERAGE;
  const bounds = channelBounds(texture, coverage, half, half + HALF);
  for (let entry = 0; entry < map.samples.length; entry += 1) {
    const u = halfU(map.uv[2 * entry]!);
    const v = map.uv[2 * entry + 1]!;
    if (u + half < bounds.left || u + half > bounds.right || v < bounds.top || v > bounds.bottom) continue;
    const opacity = (strength * sampleChannel(texture, u + half, v, coverage)) / 255;
    if (opacity <= 0) continue;
    const diffuse = lift * decode(DIFFUSE, sampleChannel(texture, u, v, 0));
    const highlight = lift * highlightGain * decode(HIGHLIGHT, sampleChannel(texture, u, v, 1));
    const [red, green, blue] = colour;
    toDisplay(red * diffuse + highlight, green * diffuse + highlight, blue * diffuse + highlight, shown);
    canvas.blendSquare(map.samples[entry]!, map.spans[entry]!, shown, opacity);
  }
}

function decode(table: Float32Array, value: number): number {
  return table[Math.round(STEPS * value)]!;
}

function halfU(u: number): number {
  return HALF * Math.min(1 - TEXTURE_BORDER, Math.max(TEXTURE_BORDER, u));
}
