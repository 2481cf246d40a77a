import { chooseHairControls } from './hair-binding.ts';
import { buildHairMesh, type CanonicalHead, type HairMesh } from './hair-mesh.ts';
import { HAIR_STYLES, type HairStyleName } from './hair-styles.ts';
import { type MeshPart, vertexNormals } from './mesh-part.ts';
import { SkullMap } from './skull-map.ts';

/** Recession is rounded to thirds, so that a style is built at most three times. */
const RECESSION_STEPS = 3;

/** Hair meshes by style and recession, built at their first use. */
export class HairWardrobe {
  readonly #head: CanonicalHead;
  readonly #meshes = new Map<string, HairMesh>();

  /**
   * @param skin the refined skin
   * @param canonical coarse positions of the canonical head
   * @param body vertex ids of the body group
   */
  constructor(skin: MeshPart, canonical: Float32Array, body: Uint16Array) {
    const positions = skin.refine(canonical, 3);
    this.#head = {
      coarse: canonical,
      positions,
      normals: vertexNormals(positions, skin.quads),
      skull: new SkullMap(positions, new Set(skin.quads)),
      controls: chooseHairControls(canonical, new Set(body)),
    };
  }

  /** The mesh of a style, or null for `none` and unknown names. */
  get(name: string, recession = 0): HairMesh | null {
    if (!(name in HAIR_STYLES)) return null;
    const rounded = Math.round(recession * RECESSION_STEPS) / RECESSION_STEPS;
    const key = `${name}${rounded.toFixed(2)}`;
    let mesh = this.#meshes.get(key);
    if (!mesh) {
      mesh = buildHairMesh(key, HAIR_STYLES[name as HairStyleName], rounded, this.#head);
      this.#meshes.set(key, mesh);
    }
    return mesh;
  }
}
