/** Base vertices that carry the hair: spread over skull, ears, jaw sides and nape, but not the face. */
const CONTROL_COUNT = 260;
/** Control points per hair vertex. */
const NEIGHBOURS = 10;

function mayCarryHair(canonical: Float32Array, vertex: number): boolean {
  const x = Math.abs(canonical[vertex * 3]);
  const y = canonical[vertex * 3 + 1];
  const z = canonical[vertex * 3 + 2];
  // Nothing below the jaw: shoulders and neck are moved apart by the illustrated look, and hanging hair would get a crease.
  return y > 6.6 && !(z > 0.95 && y < 7.75) && !(z > 0.2 && x < 0.45 && y < 7.3 && y > 6.3);
}

function squaredDistance(a: Float32Array, i: number, b: Float32Array, j: number): number {
  return (a[i] - b[j]) ** 2 + (a[i + 1] - b[j + 1]) ** 2 + (a[i + 2] - b[j + 2]) ** 2;
}

/** Chooses the control points by farthest-point sampling among the body's vertices. */
export function chooseHairControls(canonical: Float32Array, body: Iterable<number>): Int32Array {
  const candidates = [...body].filter((vertex) => mayCarryHair(canonical, vertex));
  const distance = new Float32Array(candidates.length).fill(9);
  const controls = new Int32Array(CONTROL_COUNT);
  let farthest = 0;
  for (let n = 0; n < CONTROL_COUNT; n++) {
    const chosen = candidates[farthest];
    controls[n] = chosen;
    let best = -1;
    candidates.forEach((candidate, i) => {
      const d = squaredDistance(canonical, candidate * 3, canonical, chosen * 3);
      if (d < distance[i]) distance[i] = d;
      if (distance[i] > best) {
        best = distance[i];
        farthest = i;
      }
    });
  }
  return controls;
}

/** Hangs hair vertices on their nearest control points, so that any head moves them at the price of a weighted sum. */
export class HairBinding {
  readonly #positions: Float32Array;
  readonly #canonical: Float32Array;
  readonly #controls: Int32Array;
  readonly #nearest: Int32Array;
  readonly #weights: Float32Array;

  constructor(positions: Float32Array, canonical: Float32Array, controls: Int32Array) {
    const count = positions.length / 3;
    this.#positions = positions;
    this.#canonical = canonical;
    this.#controls = controls;
    this.#nearest = new Int32Array(count * NEIGHBOURS);
    this.#weights = new Float32Array(count * NEIGHBOURS);
    for (let vertex = 0; vertex < count; vertex++) this.#bind(vertex);
  }

  /** Positions of the hair on a head (base vertices at rest). */
  fit(head: Float32Array): Float32Array {
    const controls = this.#controls;
    const moved = new Float32Array(controls.length * 3);
    controls.forEach((control, i) => {
      for (let d = 0; d < 3; d++) moved[i * 3 + d] = head[control * 3 + d] - this.#canonical[control * 3 + d];
    });
    const fitted = Float32Array.from(this.#positions);
    for (let entry = 0; entry < this.#nearest.length; entry++) {
      const at = Math.floor(entry / NEIGHBOURS) * 3;
      const control = this.#nearest[entry] * 3;
      for (let d = 0; d < 3; d++) fitted[at + d] += moved[control + d] * this.#weights[entry];
    }
    return fitted;
  }

  #bind(vertex: number): void {
    // One more neighbour than used: weights fall to zero at its distance, so they change smoothly over the surface.
    const found = new Int32Array(NEIGHBOURS + 1);
    const squared = new Float32Array(NEIGHBOURS + 1).fill(1e9);
    this.#controls.forEach((control, i) => {
      const d = squaredDistance(this.#canonical, control * 3, this.#positions, vertex * 3);
      if (d >= squared[NEIGHBOURS]) return;
      let slot = NEIGHBOURS;
      while (slot > 0 && squared[slot - 1] > d) {
        squared[slot] = squared[slot - 1];
        found[slot] = found[slot - 1];
        slot--;
      }
      squared[slot] = d;
      found[slot] = i;
    });
    const first = vertex * NEIGHBOURS;
    let sum = 0;
    for (let k = 0; k < NEIGHBOURS; k++) {
      const weight = (1 - squared[k] / squared[NEIGHBOURS]) ** 2 / (squared[k] + 0.02);
      this.#nearest[first + k] = found[k];
      this.#weights[first + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < NEIGHBOURS; k++) this.#weights[first + k] /= sum;
  }
}
