import type { AssetPack } from './asset-pack.ts';
import type { HairMesh } from './hair-mesh.ts';
import type { MeshPart } from './mesh-part.ts';
import { skinMasks, stubbleMask } from './skin-masks.ts';

/** Below this the skin is never in the picture. */
const SHOWN_ABOVE_Y = 4.6;

/** What garments and hair do to the skin: paint masks with the skin kept beside a garment, and triangles to draw. */
export class SkinCover {
  readonly #pack: AssetPack;
  readonly #skin: MeshPart;
  readonly #rest: Float32Array;
  readonly #paint: Float32Array;
  readonly #occlusion: Float32Array;
  readonly #masks = new Map<string, Float32Array>();
  readonly #triangles = new Map<string, Uint32Array>();
  readonly #hairOcclusion = new WeakMap<HairMesh, Float32Array>();

  /** @param rest refined positions of the rest head */
  constructor(pack: AssetPack, skin: MeshPart, rest: Float32Array) {
    this.#pack = pack;
    this.#skin = skin;
    this.#rest = rest;
    this.#paint = skin.refine(skinMasks(pack.floats('base.pos')), 4);
    // A beard's edge is finer than the base mesh: it would come out in steps.
    for (let i = 0; i < rest.length / 3; i++) this.#paint[i * 4] = stubbleMask(rest, i);
    this.#occlusion = skin.refine(pack.occlusion('skin|none'), 1);
  }

  /** Four masks per refined vertex; the last one is 0 where the garment replaces the skin. */
  masks(garment: string): Float32Array {
    let masks = this.#masks.get(garment);
    if (!masks) {
      const kept = new Float32Array(this.#pack.index.verts).fill(1);
      if (this.#pack.hasArray(`${garment}.del`))
        for (const vertex of this.#pack.ids(`${garment}.del`)) kept[vertex] = 0;
      const refined = this.#skin.refine(kept, 1);
      masks = Float32Array.from(this.#paint);
      for (let i = 0; i < refined.length; i++) masks[i * 4 + 3] = refined[i];
      this.#masks.set(garment, masks);
    }
    return masks;
  }

  occlusion(hair: HairMesh | null): Float32Array {
    if (!hair) return this.#occlusion;
    let darkened = this.#hairOcclusion.get(hair);
    if (!darkened) {
      darkened = this.#occlusion.map((value, i) => value * hair.onSkin.occlusion[i]);
      this.#hairOcclusion.set(hair, darkened);
    }
    return darkened;
  }

  /** The triangles that neither garment nor hair hide. */
  triangles(garment: string, hair: HairMesh | null): Uint32Array {
    const key = `${garment}|${hair?.key ?? ''}`;
    let shown = this.#triangles.get(key);
    if (!shown) {
      const { triangles, vertexOf } = this.#skin.render;
      const masks = this.masks(garment);
      const isHidden = (i: number) => {
        const vertex = vertexOf[triangles[i]];
        if (masks[vertex * 4 + 3] < 0.02 || this.#rest[vertex * 3 + 1] < SHOWN_ABOVE_Y) return true;
        return hair?.onSkin.hidden[vertex] === 1;
      };
      shown = triangles.filter((_, i) => {
        const first = i - (i % 3);
        return !(isHidden(first) && isHidden(first + 1) && isHidden(first + 2));
      });
      this.#triangles.set(key, shown);
    }
    return shown;
  }
}
