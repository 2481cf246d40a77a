import { beardField } from './beard-field.ts';
import { smoothstep } from './interpolation.ts';

/** Where stubble grows, 0..1, at a vertex of the rest head. */
export function stubbleMask(positions: Float32Array, vertex: number): number {
  const [x, y, z] = positions.subarray(vertex * 3, vertex * 3 + 3);
  return beardField(Math.abs(x), y, z, 'stubble').cover;
}

/**
 * Four paint masks per base vertex, on the rest head: beard, cheek blush, warm places (nose, ears), and 1 (replaced by
 * the skin kept beside a garment).
 */
export function skinMasks(base: Float32Array): Float32Array {
  const vertexCount = base.length / 3;
  const masks = new Float32Array(vertexCount * 4);
  for (let i = 0; i < vertexCount; i++) {
    const x = Math.abs(base[i * 3]);
    const y = base[i * 3 + 1];
    const z = base[i * 3 + 2];
    const nose = 0.8 * Math.exp(-((x * x) / 0.022 + (y - 6.93) ** 2 / 0.02)) * smoothstep(1.45, 1.62, z);
    const ear =
      smoothstep(0.74, 0.84, x) * smoothstep(6.7, 6.9, y) * (1 - smoothstep(7.4, 7.6, y)) * (z < 0.75 ? 1 : 0);
    masks[i * 4] = stubbleMask(base, i);
    masks[i * 4 + 1] = Math.exp(-((x - 0.45) ** 2 / 0.04 + (y - 6.93) ** 2 / 0.032)) * smoothstep(0.7, 1, z);
    masks[i * 4 + 2] = Math.max(nose, ear);
    masks[i * 4 + 3] = 1;
  }
  return masks;
}
