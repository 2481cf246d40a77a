/** models/layers/index.json: which texture files a style needs, and how they are coloured. */
import { type LinearColour, linearColour, mixColours, skinTone, toneGloss, toneLift } from './colour.ts';
import { ModelError } from './errors.ts';
import { JsonReader } from './json-reader.ts';
import type { SpriteBox } from './puppet-mesh.ts';
import type { PuppetStyle } from './style.ts';

export type LayerKind = 'hair' | 'cloth' | 'brow' | 'beard';
const LAYER_KINDS: readonly LayerKind[] = ['hair', 'cloth', 'brow', 'beard'];

export interface Layer {
  readonly kind: LayerKind;
  readonly file: string;
  /** Slight tint of the diffuse light, linear. */
  readonly tint: LinearColour;
}

/** One picture over both eyes. */
export interface Glasses {
  readonly file: string;
  /** Its rectangle in distances between the eyes, from the point between them: see `glassesQuad`. */
  readonly box: SpriteBox;
}

export interface LayerIndex {
  /** By name with its kind: `hair-crop`, `cloth-male-casualsuit04`. */
  readonly layers: Readonly<Record<string, Layer>>;
  /** Files of the sprites: `eyeL-brown`, `eyeR-brown`, `teethU`, `teethD`, `tongue`. */
  readonly sprites: Readonly<Record<string, string>>;
  readonly glasses: Readonly<Record<string, Glasses>>;
}

/** Reads models/layers/index.json (already parsed as JSON). Throws ModelError `bad-layers`. */
export function parseLayerIndex(json: unknown): LayerIndex {
  const index = new JsonReader(json, ModelError.badLayers);
  const layers = index.object('layers');
  const sprites = index.object('sprites');
  // Layers of the first generation have none.
  const glasses = index.has('glasses') ? index.object('glasses') : undefined;
  return {
    layers: Object.fromEntries(layers.names().map((name) => [name, parseLayer(layers.object(name), name)])),
    sprites: Object.fromEntries(sprites.names().map((name) => [name, sprites.object(name).string('file')])),
    glasses: Object.fromEntries(glasses?.names().map((name) => [name, parseGlasses(glasses.object(name))]) ?? []),
  };
}

function parseLayer(layer: JsonReader, name: string): Layer {
  const kind = layer.string('kind') as LayerKind;
  if (!LAYER_KINDS.includes(kind)) throw ModelError.badLayers(`${name} is of unknown kind '${kind}'`);
  const tint = layer.numbers('tint', 3);
  return { kind, file: layer.string('file'), tint: [tint[0]!, tint[1]!, tint[2]!] };
}

function parseGlasses(glasses: JsonReader): Glasses {
  return { file: glasses.string('file'), box: glasses.numbers('box', 4) as unknown as SpriteBox };
}

/** How a layer is coloured; see the formula in colour.ts. */
export interface LayerPaint {
  readonly file: string;
  /** Linear light, the layer's tint included. */
  readonly colour: LinearColour;
  readonly lift: number;
  readonly highlightGain: number;
  readonly opacity: number;
}

/** Everything that a style lays over and under a puppet's skin. */
export interface StyleLayers {
  readonly skin: Omit<LayerPaint, 'file'>;
  readonly hair: LayerPaint | undefined;
  readonly clothes: LayerPaint | undefined;
  readonly brows: LayerPaint | undefined;
  readonly beard: LayerPaint | undefined;
  readonly glasses: Glasses | undefined;
  /** Sprite files. */
  readonly sprites: {
    readonly leftEye: string;
    readonly rightEye: string;
    readonly upperTeeth: string;
    readonly lowerTeeth: string;
    readonly tongue: string;
  };
}

/** Cloth among the hair layers: the hair's colour is the cloth's, and a beard takes the brows' instead. */
const HEADWEAR: ReadonlySet<string> = new Set(['headscarf', 'turban']);
const BROW_HIGHLIGHT = 0.5;
const BROW_OPACITY = 0.95;
const STUBBLE_OPACITY = 0.7;

/** Files and colours of a style. Throws ModelError `bad-layers` if the index lacks one that the style names. */
export function layersForStyle(index: LayerIndex, style: PuppetStyle): StyleLayers {
  const tone = skinTone(style.tone);
  const lift = toneLift(style.tone);
  const find = (kind: LayerKind, name: string, colour: LinearColour, paint: Partial<LayerPaint> = {}) => {
    if (name === '') return undefined;
    const layer = index.layers[`${kind}-${name.replaceAll('_', '-')}`];
    if (!layer) throw ModelError.badLayers(`there is no ${kind} '${name}'`);
    const { tint, file } = layer;
    const tinted: LinearColour = [colour[0] * tint[0], colour[1] * tint[1], colour[2] * tint[2]];
    return { file, colour: tinted, lift: 1, highlightGain: 1, opacity: 1, ...paint };
  };
  const sprite = (name: string) => {
    const file = index.sprites[name];
    if (!file) throw ModelError.badLayers(`there is no sprite '${name}'`);
    return file;
  };
  const hairColour = linearColour(style.hairColour);
  const beardColour = HEADWEAR.has(style.hair) ? linearColour(style.browColour) : hairColour;
  const stubble = style.beard === 'stubble';
  return {
    skin: { colour: tone, lift, highlightGain: toneGloss(style.tone), opacity: 1 },
    hair: find('hair', style.hair, hairColour),
    clothes: find('cloth', style.clothes, linearColour(style.clothesColour)),
    brows: find('brow', style.brows, linearColour(style.browColour), {
      lift,
      highlightGain: BROW_HIGHLIGHT,
      opacity: BROW_OPACITY,
    }),
    beard: find(
      'beard',
      style.beard,
      stubble ? stubbleColour(tone, beardColour) : beardColour,
      stubble ? { lift, opacity: STUBBLE_OPACITY } : {},
    ),
    // A newer participant may wear what these layers don't have.
    glasses: style.glasses ? index.glasses[style.glasses] : undefined,
    sprites: {
      leftEye: sprite(`eyeL-${style.eyes}`),
      rightEye: sprite(`eyeR-${style.eyes}`),
      upperTeeth: sprite('teethU'),
      lowerTeeth: sprite('teethD'),
      tongue: sprite('tongue'),
    },
  };
}

/** Stubble lies under the skin as much as over it. */
function stubbleColour(tone: LinearColour, hair: LinearColour): LinearColour {
  const shaded: LinearColour = [0.6 * tone[0], 0.62 * tone[1], 0.66 * tone[2]];
  return mixColours(shaded, [0.8 * hair[0], 0.8 * hair[1], 0.8 * hair[2]], 0.45);
}
