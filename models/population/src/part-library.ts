import { LinearMipmapLinearFilter, NoColorSpace, type Texture, TextureLoader } from 'three';
import type { AssetPack, ProxyEntry } from './asset-pack.ts';
import { PopulationError } from './errors.ts';
import { MeshPart } from './mesh-part.ts';

/** Subdivision levels of the proxies. */
const LEVELS: Readonly<Partial<Record<ProxyEntry['kind'], number>>> = { clothes: 1, tongue: 1 };

/** Part of the eyes' texture where the cornea lies, which is not drawn. */
const CORNEA_UV = { uAbove: 0.8, vBelow: 0.2 };

/** The pack's parts and textures as drawing needs them, each made at its first use. */
export class PartLibrary {
  readonly #pack: AssetPack;
  readonly #packUrl: string;
  readonly #parts = new Map<string, MeshPart>();
  readonly #textures = new Map<string, Promise<Texture>>();
  readonly #loader = new TextureLoader();

  /** @param packUrl where the pack's files are served, with a slash at the end */
  constructor(pack: AssetPack, packUrl: string) {
    this.#pack = pack;
    this.#packUrl = packUrl;
  }

  proxy(name: string): MeshPart {
    let part = this.#parts.get(name);
    if (!part) {
      const pack = this.#pack;
      const { verts, kind } = pack.proxy(name);
      const coarse = {
        vertexCount: verts,
        quads: pack.ids(`${name}.quads`),
        uvQuads: pack.ids(`${name}.quadsUV`),
        uvs: pack.floats(`${name}.uv`),
      };
      part = new MeshPart(coarse, LEVELS[kind] ?? 0);
      this.#parts.set(name, part);
    }
    return part;
  }

  /** Triangles of the eyes without the cornea. */
  eyeballTriangles(): Uint32Array {
    const { triangles, uvs } = this.proxy('eyes').render;
    return triangles.filter((_, i) => {
      const vertex = triangles[i - (i % 3)];
      return !(uvs[vertex * 2] > CORNEA_UV.uAbove && uvs[vertex * 2 + 1] < CORNEA_UV.vBelow);
    });
  }

  texture(path: string): Promise<Texture> {
    let texture = this.#textures.get(path);
    if (!texture) {
      texture = this.#load(path);
      this.#textures.set(path, texture);
    }
    return texture;
  }

  async #load(path: string): Promise<Texture> {
    let texture: Texture;
    try {
      texture = await this.#loader.loadAsync(this.#packUrl + path);
    } catch (cause) {
      throw PopulationError.assetMissing(path, { cause });
    }
    texture.colorSpace = NoColorSpace; // the shaders decode it themselves
    texture.anisotropy = 2;
    texture.generateMipmaps = true;
    texture.minFilter = LinearMipmapLinearFilter;
    return texture;
  }
}
