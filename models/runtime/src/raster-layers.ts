/** Paints the decoded skin and the style's layers, by the colour formula of colour.ts. */
import { decodeDiffuse, decodeHighlight, smoothstep, toDisplay } from './colour.ts';
import type { LayerPaint } from './layers-index.ts';
import type { RasterCanvas } from './raster-canvas.ts';
import type { TexelMap } from './raster-mesh.ts';
import { sampleTexture, type Texture } from './texture.ts';

/** Left and right half of a texture are apart by this in u. */
const HALF = 0.5;
/** Part of each half that is not looked at, so that the halves don't bleed into each other. */
const TEXTURE_BORDER = 0.002;

/** Decoding by table: sixteen steps per byte value, for what lies between two texels. */
const STEPS = 16;
const DIFFUSE = Float32Array.from({ length: 255 * STEPS + 1 }, (_, step) => decodeDiffuse(step / (255 * STEPS)));
const HIGHLIGHT = Float32Array.from({ length: 255 * STEPS + 1 }, (_, step) => decodeHighlight(step / (255 * STEPS)));

/** Shadow falls redder on skin: it is raised to these powers per channel. */
const SHADOW_POWERS = [0.85, 1, 1.05] as const;

type Paint = Omit<LayerPaint, 'file'>;

/** `hair` and `clothes` shade the skin; clothes also remove what their garment covers. */
export function paintSkin(
  canvas: RasterCanvas,
  map: TexelMap,
  skin: Texture,
  paint: Paint,
  { hair, clothes }: { hair: Texture | undefined; clothes: Texture | undefined },
): void {
  const left = new Float32Array(4);
  const right = new Float32Array(4);
  const layer = new Float32Array(4);
  const shown = new Float32Array(3);
  for (let entry = 0; entry < map.pixels.length; entry += 1) {
    const u = halfU(map.uv[2 * entry]!);
    const v = map.uv[2 * entry + 1]!;
    sampleTexture(skin, u + HALF, v, right);
    let opacity = paint.opacity * smoothstep(0.08, 0.92, right[1]! / 255);
    if (opacity <= 0) continue;
    let shadow = 1;
    if (clothes) {
      sampleTexture(clothes, u + HALF, v, layer);
      opacity *= layer[0]! / 255;
      shadow *= layer[2]! / 255;
    }
    if (opacity <= 0) continue;
    if (hair) {
      sampleTexture(hair, u + HALF, v, layer);
      shadow *= layer[2]! / 255;
    }
    sampleTexture(skin, u, v, left);
    const highlight = paint.highlightGain * HIGHLIGHT[Math.round(STEPS * right[0]!)]! * shadow;
    const channel = (index: 0 | 1 | 2) => {
      const shade = shadow >= 1 ? 1 : shadow ** SHADOW_POWERS[index];
      return paint.lift * (paint.colour[index] * DIFFUSE[Math.round(STEPS * left[index]!)]! * shade + highlight);
    };
    toDisplay(channel(0), channel(1), channel(2), shown, 0);
    canvas.blend(map.pixels[entry]!, 255 * shown[0]!, 255 * shown[1]!, 255 * shown[2]!, opacity);
  }
}

/** `side`: which alpha of the texture counts; hair is drawn behind and before the head with the same picture. */
export function paintLayer(
  canvas: RasterCanvas,
  map: TexelMap,
  texture: Texture,
  paint: Paint,
  side: 'front' | 'back' = 'front',
): void {
  const left = new Float32Array(4);
  const right = new Float32Array(4);
  const shown = new Float32Array(3);
  for (let entry = 0; entry < map.pixels.length; entry += 1) {
    const u = halfU(map.uv[2 * entry]!);
    const v = map.uv[2 * entry + 1]!;
    sampleTexture(texture, u, v, left);
    if (side === 'back') sampleTexture(texture, u + HALF, v, right);
    const opacity = (paint.opacity * (side === 'front' ? left[2]! : right[1]!)) / 255;
    if (opacity <= 0) continue;
    const diffuse = DIFFUSE[Math.round(STEPS * left[0]!)]!;
    const highlight = paint.highlightGain * HIGHLIGHT[Math.round(STEPS * left[1]!)]!;
    const channel = (index: 0 | 1 | 2) => paint.lift * (paint.colour[index] * diffuse + highlight);
    toDisplay(channel(0), channel(1), channel(2), shown, 0);
    canvas.blend(map.pixels[entry]!, 255 * shown[0]!, 255 * shown[1]!, 255 * shown[2]!, opacity);
  }
}

function halfU(u: number): number {
  return HALF * Math.min(1 - TEXTURE_BORDER, Math.max(TEXTURE_BORDER, u));
}
