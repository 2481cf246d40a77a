import { readFileSync } from 'node:fs';
import {
  drawPuppet,
  type LayerIndex,
  layersForStyle,
  type Pose,
  PuppetPoser,
  type PuppetStyle,
  parseLayerIndex,
  skinTone,
  styleFromSeed,
  type Texture,
} from '@timbre/models';
import { expect, test } from 'vitest';
import { layersFolder, madeUpPuppet, mesh } from './made-up-puppet.ts';

const index: LayerIndex = parseLayerIndex(JSON.parse(readFileSync(new URL('index.json', layersFolder), 'utf8')));
const SIZE = 128;

/** One colour everywhere; `right` if the right half of the texture is another. */
function flat(left: readonly number[], right = left): Texture {
  const pixels = new Uint8Array(16 * 8 * 4);
  for (let texel = 0; texel < 128; texel += 1) pixels.set(texel % 16 < 8 ? left : right, 4 * texel);
  return { width: 16, height: 8, pixels };
}

const TEXTURES = {
  eye: flat([0, 0, 255, 255]),
  teeth: flat([255, 255, 255, 255]),
  tongue: flat([255, 0, 0, 255]),
  /** Covers nothing and casts no shadow. */
  empty: flat([128, 0, 0, 255], [255, 0, 255, 255]),
};

const GLASSES = { shades: { file: 'shades.webp', box: [-1, -0.4, 1, 0.4] as const } };

function draw(
  pose: Pose,
  change: Partial<PuppetStyle> = {},
  textureOf: (file: string) => Texture | undefined = () => undefined,
) {
  const style: PuppetStyle = { ...styleFromSeed('raster'), brows: '', hair: '', clothes: '', ...change };
  const layers = layersForStyle({ ...index, glasses: GLASSES }, style);
  const { sprites } = layers;
  const textures = new Map<string, Texture>([
    [GLASSES.shades.file, flat([0, 255, 0, 255])],
    [sprites.leftEye, TEXTURES.eye],
    [sprites.rightEye, TEXTURES.eye],
    [sprites.upperTeeth, TEXTURES.teeth],
    [sprites.lowerTeeth, TEXTURES.teeth],
    [sprites.tongue, TEXTURES.tongue],
  ]);
  for (const layer of [layers.hair, layers.brows, layers.beard, layers.clothes]) {
    if (layer) textures.set(layer.file, textureOf(layer.file) ?? TEXTURES.empty);
  }
  const puppet = madeUpPuppet();
  const posed = new PuppetPoser(mesh, puppet).pose(pose);
  const pixels = drawPuppet({ mesh, posed, puppet, style, layers, textures, size: SIZE });
  return {
    pixels,
    at: (x: number, y: number) => {
      const pixel = 4 * (Math.floor(y * SIZE) * SIZE + Math.floor(x * SIZE));
      return [...pixels.subarray(pixel, pixel + 3)] as [number, number, number];
    },
  };
}

const eye = (() => {
  const [a, b] = mesh.lids.left.corners.map((vertex) => [mesh.layout[2 * vertex]!, mesh.layout[2 * vertex + 1]!]);
  return { x: (a![0]! + b![0]!) / 2, y: (a![1]! + b![1]!) / 2 };
})();
const mouth = {
  x: 0.5,
  y: mesh.layout[2 * mesh.mouth.upper[mesh.mouth.upper.length >> 1]! + 1]!,
};

test('the picture is opaque and filled to its corners', () => {
  const { pixels } = draw({ weights: {} });
  expect(pixels).toHaveLength(4 * SIZE * SIZE);
  expect(pixels.every((value, at) => at % 4 !== 3 || value === 255)).toBe(true);
});

test('eyeballs show through the open lids only', () => {
  const isBlue = ([red, , blue]: readonly number[]) => blue! > 1.5 * red!;
  expect(isBlue(draw({ weights: {} }).at(eye.x, eye.y))).toBe(true);
  expect(isBlue(draw({ weights: { blink: 1 } }).at(eye.x, eye.y))).toBe(false);
});

test('the mouth is skin when shut and dark or teeth when open', () => {
  const cheek = (picture: ReturnType<typeof draw>) => picture.at(0.5, mouth.y - 0.05);
  const shut = draw({ weights: {} });
  const open = draw({ weights: { jawOpen: 1 } });
  const inside = open.at(mouth.x, mouth.y + 0.03);
  const brightness = (colour: readonly number[]) => colour.reduce((sum, value) => sum + value, 0);
  expect(Math.abs(brightness(shut.at(mouth.x, mouth.y + 0.03)) - brightness(cheek(shut)))).toBeLessThan(30);
  expect(Math.abs(brightness(inside) - brightness(cheek(open)))).toBeGreaterThan(60);
});

test('skin is coloured by the style’s tone and by nothing else', () => {
  const light = draw({ weights: {} }, { tone: 0.05 }).at(0.5, 0.3);
  const dark = draw({ weights: {} }, { tone: 0.95 }).at(0.5, 0.3);
  expect(light[0]).toBeGreaterThan(dark[0] + 60);
  const [red, green, blue] = skinTone(0.5);
  expect(red).toBeGreaterThan(green);
  expect(green).toBeGreaterThan(blue);
});

test('a garment removes the skin that it covers and shows its own colour', () => {
  const green = flat([160, 0, 255, 255], [0, 0, 255, 255]);
  const style = { clothes: 'male_casualsuit01', clothesColour: '#00ff00' };
  const [red, shown, blue] = draw({ weights: {} }, style, () => green).at(0.5, 0.3);
  expect(shown).toBeGreaterThan(100);
  expect(red + blue).toBeLessThan(shown);
});

test('hair shadows the skin, and hair behind the head stays behind it', () => {
  const back = flat([160, 0, 0, 255], [255, 255, 128, 255]);
  const style = { hair: 'crop', hairColour: '#ff0000' };
  const plain = draw({ weights: {} });
  const behind = draw({ weights: {} }, style, () => back);
  expect(behind.at(0.5, 0.3)[1]).toBeLessThan(plain.at(0.5, 0.3)[1] - 10);
  const front = draw({ weights: {} }, style, () => flat([160, 0, 255, 255], [255, 255, 255, 255]));
  const [red, green, blue] = front.at(0.5, 0.3);
  expect(red).toBeGreaterThan(green + blue);
});

test('a style with a layer that is not there is refused', () => {
  expect(() => layersForStyle(index, { ...styleFromSeed('x'), hair: 'beehive' })).toThrow(
    expect.objectContaining({ reason: 'bad-layers' }),
  );
});

test('a texture that was not loaded is refused', () => {
  const style = styleFromSeed('x');
  const puppet = madeUpPuppet();
  const posed = new PuppetPoser(mesh, puppet).pose({ weights: {} });
  const layers = layersForStyle(index, style);
  expect(() => drawPuppet({ mesh, posed, puppet, style, layers, textures: new Map(), size: 64 })).toThrow(
    expect.objectContaining({ reason: 'bad-layers' }),
  );
});

test('glasses lie over the eyes and the brows, and nothing of them elsewhere', () => {
  const [left, right] = mesh.lids.left.corners.map((vertex) => mesh.layout[2 * vertex]!);
  const eye = [(left! + right!) / 2, mesh.layout[2 * mesh.lids.left.corners[0] + 1]!] as const;
  expect(draw({ weights: {} }, { glasses: 'shades' }).at(...eye)).toEqual([0, 255, 0]);
  expect(draw({ weights: { blink: 1 } }, { glasses: 'shades' }).at(...eye)).toEqual([0, 255, 0]);
  expect(draw({ weights: {} }).at(...eye)).not.toEqual([0, 255, 0]);
  const mouth = mesh.mouth.upper[mesh.mouth.upper.length >> 1]!;
  const chin = [0.5, mesh.layout[2 * mouth + 1]! + 0.08] as const;
  expect(draw({ weights: {} }, { glasses: 'shades' }).at(...chin)).toEqual(draw({ weights: {} }).at(...chin));
});
