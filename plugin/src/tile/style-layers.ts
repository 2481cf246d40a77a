/** Mesh, layer index and layer textures, fetched once under `modelsUrl` and shared by all tiles. */
import {
  type LayerIndex,
  layersForStyle,
  type PuppetMesh,
  type PuppetStyle,
  parseLayerIndex,
  parsePuppetMesh,
  type StyleLayers as StylePaints,
} from '@timbre/models';
import { BufferImageSource, ImageSource, Texture, type TextureSource } from 'pixi.js';
import { PluginError } from '../errors.ts';
import { type Coverage, layerCoverage } from './layer-coverage.ts';
import { type PaintTextures, paintTextures } from './paint-textures.ts';

/** How the tiles' textures are sampled: tiles go down to 48 px, where a 512 px layer needs its mipmaps. */
export const SMOOTH_SAMPLING = { scaleMode: 'linear', autoGenerateMipmaps: true } as const;

/** A layer in the aligned layout. */
export interface LayerTexture {
  readonly source: TextureSource;
  readonly front: Coverage;
  readonly back: Coverage;
}

/** Everything that one style is drawn with. The textures are shared: `release` when it is taken off. */
export interface WornStyle {
  readonly style: PuppetStyle;
  readonly paints: StylePaints;
  readonly textures: {
    readonly hair: LayerTexture | undefined;
    readonly clothes: LayerTexture | undefined;
    readonly brows: LayerTexture | undefined;
    readonly beard: LayerTexture | undefined;
    readonly leftEye: Texture;
    readonly rightEye: Texture;
    readonly upperTeeth: Texture;
    readonly lowerTeeth: Texture;
    readonly tongue: Texture;
    readonly glasses: Texture | undefined;
  };
  release(): void;
}

interface Loaded {
  readonly texture: Texture;
  readonly front: Coverage;
  readonly back: Coverage;
}

interface SharedTexture {
  readonly file: string;
  readonly loading: Promise<Loaded>;
  uses: number;
}

export interface StyleLayersOptions {
  /** Absolute, ends in a slash. */
  readonly layersUrl: string;
  readonly fetch: typeof fetch;
}

export class StyleLayers {
  readonly #layersUrl: string;
  readonly #fetch: typeof fetch;
  readonly #shared = new Map<string, SharedTexture>();
  #mesh: Promise<PuppetMesh> | undefined;
  #index: Promise<LayerIndex> | undefined;
  #blank: TextureSource | undefined;
  #paint: PaintTextures | undefined;

  constructor({ layersUrl, fetch }: StyleLayersOptions) {
    this.#layersUrl = layersUrl;
    this.#fetch = fetch;
  }

  /** No coverage and no shadow, for a style without hair or clothes: a layer's right half is (kept, back, shadow). */
  get blank(): TextureSource {
    this.#blank ??= new BufferImageSource({
      resource: new Uint8Array([255, 0, 255, 255, 255, 0, 255, 255]),
      width: 2,
      height: 1,
      format: 'rgba8unorm',
      alphaMode: 'no-premultiply-alpha',
    });
    return this.#blank;
  }

  /** Gradients of shadows, lashes and catch-lights. */
  get paint(): PaintTextures {
    this.#paint ??= paintTextures();
    return this.#paint;
  }

  /** Rejects with PluginError `models-unavailable`; a later call tries again. */
  mesh(): Promise<PuppetMesh> {
    this.#mesh ??= this.#json('puppet-mesh.json').then(parsePuppetMesh);
    this.#mesh.catch(() => {
      this.#mesh = undefined;
    });
    return this.#mesh;
  }

  /** Loads what the style needs. Rejects with PluginError `models-unavailable`, also if a layer doesn't exist. */
  async wear(style: PuppetStyle): Promise<WornStyle> {
    this.#index ??= this.#json('index.json').then(parseLayerIndex);
    const index = this.#index;
    const taken: SharedTexture[] = [];
    const release = () => {
      for (const shared of taken.splice(0)) this.#release(shared);
    };
    const take = (file: string, alpha: 'opaque' | 'straight') => {
      const shared = this.#take(file, alpha);
      taken.push(shared);
      return shared.loading;
    };
    const layer = async (paint: { readonly file: string } | undefined): Promise<LayerTexture | undefined> => {
      if (!paint) return undefined;
      const { texture, front, back } = await take(paint.file, 'opaque');
      return { source: texture.source, front, back };
    };
    const sprite = async (file: string) => (await take(file, 'straight')).texture;
    try {
      const paints = layersForStyle(await index, style);
      const { sprites } = paints;
      const [hair, clothes, brows, beard, glasses, leftEye, rightEye, upperTeeth, lowerTeeth, tongue] =
        await Promise.all([
          ...[layer(paints.hair), layer(paints.clothes), layer(paints.brows), layer(paints.beard)],
          paints.glasses && sprite(paints.glasses.file),
          sprite(sprites.leftEye),
          sprite(sprites.rightEye),
          sprite(sprites.upperTeeth),
          sprite(sprites.lowerTeeth),
          sprite(sprites.tongue),
        ] as const);
      const textures = { hair, clothes, brows, beard, glasses, leftEye, rightEye, upperTeeth, lowerTeeth, tongue };
      return { style, paints, textures, release };
    } catch (error) {
      release();
      if (this.#index === index) this.#index = undefined;
      throw error instanceof PluginError ? error : PluginError.modelsUnavailable('a style layer is missing', error);
    }
  }

  /** Frees every texture. Worn styles are of no use any more. */
  close(): void {
    for (const shared of [...this.#shared.values()]) this.#drop(shared);
    this.#blank?.destroy();
    this.#blank = undefined;
    this.#paint?.close();
    this.#paint = undefined;
    this.#index = undefined;
    this.#mesh = undefined;
  }

  #take(file: string, alpha: 'opaque' | 'straight'): SharedTexture {
    const known = this.#shared.get(file);
    if (known) {
      known.uses += 1;
      return known;
    }
    const shared: SharedTexture = { file, loading: this.#load(file, alpha), uses: 1 };
    this.#shared.set(file, shared);
    shared.loading.catch(() => this.#forget(shared));
    return shared;
  }

  #release(shared: SharedTexture): void {
    shared.uses -= 1;
    if (shared.uses === 0) this.#drop(shared);
  }

  #drop(shared: SharedTexture): void {
    this.#forget(shared);
    shared.loading.then(
      ({ texture }) => texture.destroy(true),
      () => {},
    );
  }

  /** The next who needs the file loads it anew; a later one of that name stays. */
  #forget(shared: SharedTexture): void {
    if (this.#shared.get(shared.file) === shared) this.#shared.delete(shared.file);
  }

  async #load(file: string, alpha: 'opaque' | 'straight'): Promise<Loaded> {
    const blob = await (await this.#get(file)).blob();
    // Layers hold numbers, not colours: no premultiplication, no colour management.
    const resource = await createImageBitmap(blob, {
      premultiplyAlpha: alpha === 'opaque' ? 'none' : 'premultiply',
      colorSpaceConversion: 'none',
    });
    const alphaMode = alpha === 'opaque' ? 'no-premultiply-alpha' : 'premultiplied-alpha';
    const texture = new Texture({ source: new ImageSource({ resource, alphaMode, ...SMOOTH_SAMPLING }) });
    return { texture, ...layerCoverage(resource) };
  }

  async #json(file: string): Promise<unknown> {
    return (await this.#get(file)).json();
  }

  async #get(file: string): Promise<Response> {
    try {
      const response = await this.#fetch(new URL(file, this.#layersUrl));
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return response;
    } catch (error) {
      throw PluginError.modelsUnavailable(`layers/${file} could not be fetched`, error);
    }
  }
}
