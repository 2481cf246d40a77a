import type { AssetPack } from './asset-pack.ts';
import type { TargetWeight } from './macro-weights.ts';

/**
 * Adds morph targets to the positions in place. Targets are additive and their order does not matter.
 *
 * @throws PopulationError `asset-missing` for a target that the pack does not have
 */
export function addMorphTargets(pack: AssetPack, positions: Float32Array, targets: readonly TargetWeight[]): void {
  for (const [name, weight] of targets) {
    if (weight === 0) continue; // a modifier names both of its ends, and not every end has a target
    const { ids, deltas } = pack.target(name);
    for (let i = 0; i < ids.length; i++) {
      const at = ids[i] * 3;
      positions[at] += deltas[i * 3] * weight;
      positions[at + 1] += deltas[i * 3 + 1] * weight;
      positions[at + 2] += deltas[i * 3 + 2] * weight;
    }
  }
}

/** Mean position of some vertices. */
export function centroid(positions: Float32Array, ids: ArrayLike<number>): [number, number, number] {
  const mean: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < ids.length; i++) {
    for (let d = 0; d < 3; d++) mean[d] += positions[ids[i] * 3 + d] / ids.length;
  }
  return mean;
}
