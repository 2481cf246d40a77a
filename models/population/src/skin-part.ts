import type { AssetPack } from './asset-pack.ts';
import { MeshPart } from './mesh-part.ts';

/** The base mesh refined once: what is drawn as skin. */
export function skinPart(pack: AssetPack): MeshPart {
  const coarse = {
    vertexCount: pack.index.verts,
    quads: pack.ids('base.quads'),
    uvQuads: pack.ids('base.quadsUV'),
    uvs: pack.floats('base.uv'),
  };
  return new MeshPart(coarse, 1);
}
