import {
  alignStrands,
  applyStencils,
  MeshPart,
  macroWeights,
  type QuadMesh,
  StylizeWarp,
  subdivide,
} from '@timbre/population';
import { describe, expect, test } from 'vitest';

/** Corners (±1, ±1, ±1); bit 0 of the id is x, bit 1 is y, bit 2 is z. */
const CUBE_POSITIONS = Float32Array.from({ length: 24 }, (_, i) => ((Math.floor(i / 3) >> (i % 3)) & 1 ? 1 : -1));
const CUBE_QUADS = [
  ...[0, 2, 3, 1],
  ...[4, 5, 7, 6],
  ...[0, 1, 5, 4],
  ...[2, 6, 7, 3],
  ...[0, 4, 6, 2],
  ...[1, 3, 7, 5],
];

function mesh(vertexCount: number, quads: readonly number[]): QuadMesh {
  const uvs = Float32Array.from({ length: vertexCount * 2 }, (_, i) => i / (vertexCount * 2));
  return { vertexCount, quads: Uint16Array.from(quads), uvQuads: Uint16Array.from(quads), uvs };
}

function rowSums({ stencils }: ReturnType<typeof subdivide>): number[] {
  return Array.from({ length: stencils.rowCount }, (_, row) =>
    stencils.weights.subarray(stencils.rowStart[row], stencils.rowStart[row + 1]).reduce((sum, w) => sum + w, 0),
  );
}

describe('Catmull-Clark subdivision', () => {
  test('of a cube has old vertices, then edges, then faces, and four quads for each face', () => {
    const refined = subdivide(mesh(8, CUBE_QUADS));
    expect(refined.mesh.vertexCount).toBe(8 + 12 + 6);
    expect(refined.mesh.quads.length / 4).toBe(24);
    const twice = subdivide(refined.mesh);
    expect(twice.mesh.vertexCount).toBe(26 + 48 + 24);
  });

  test('of a cube moves a corner to 5/9, an edge to 3/4 and leaves a face middle at 1', () => {
    const positions = applyStencils(subdivide(mesh(8, CUBE_QUADS)).stencils, CUBE_POSITIONS, 3);
    const lengths = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) =>
        Math.hypot(...positions.subarray((from + i) * 3, (from + i) * 3 + 3)),
      );
    for (const corner of lengths(0, 8)) expect(corner).toBeCloseTo((5 / 9) * Math.sqrt(3), 6);
    for (const edge of lengths(8, 20)) expect(edge).toBeCloseTo(0.75 * Math.sqrt(2), 6);
    for (const face of lengths(20, 26)) expect(face).toBeCloseTo(1, 6);
  });

  test.each([
    ['a closed cube', 8, CUBE_QUADS],
    ['an open cube', 8, CUBE_QUADS.slice(4)],
    ['a quad beside a triangle', 5, [0, 1, 2, 3, 1, 4, 2, 2]],
    ['a mesh with an unused vertex', 5, [0, 1, 2, 3]],
  ])('of %s has weights that sum to 1 in every row', (_name, vertexCount, quads) => {
    for (const sum of rowSums(subdivide(mesh(vertexCount, quads)))) expect(sum).toBeCloseTo(1, 6);
  });

  test('of a border is the cubic B-spline: an eighth, three quarters, an eighth', () => {
    const { stencils } = subdivide(mesh(4, [0, 1, 2, 3]));
    const values = Float32Array.from([8, 0, 0, 0]);
    const refined = applyStencils(stencils, values, 1);
    expect([...refined.subarray(0, 4)]).toEqual([6, 1, 0, 1]);
    expect([...refined.subarray(4, 9)]).toEqual([4, 0, 0, 4, 2]);
  });

  test('of a triangle gives three quads', () => {
    expect(subdivide(mesh(3, [0, 1, 2, 2])).mesh.quads.length / 4).toBe(3);
  });

  test('keeps the outward side outward', () => {
    const part = new MeshPart(mesh(8, CUBE_QUADS), 2);
    const positions = part.refine(CUBE_POSITIONS, 3);
    const { triangles, vertexOf } = part.render;
    const point = (i: number) => positions.subarray((vertexOf[triangles[i]!] ?? 0) * 3).subarray(0, 3) as Float32Array;
    let volume = 0;
    for (let i = 0; i < triangles.length; i += 3) {
      const [a, b, c] = [point(i), point(i + 1), point(i + 2)] as unknown as [number, number, number][];
      volume += determinant(a!, b!, c!) / 6;
    }
    expect(volume).toBeGreaterThan(0.5);
    expect(volume).toBeLessThan(8);
  });
});

type Triple = [number, number, number];

function determinant(a: Triple, b: Triple, c: Triple): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}

describe('macro weights', () => {
  const people = [1, 5, 9, 10, 16, 24, 25, 40, 60, 76].flatMap((age) =>
    [0, 0.3, 0.5, 1].map((share) => ({
      ...{ age, sex: share, weight: share, muscle: 1 - share },
      eth: { c: 0.2 + share, a: 1, f: 3 * share },
    })),
  );

  test.each(['age', 'sex', 'muscle', 'weight', 'family'] as const)('of %s sum to 1', (group) => {
    for (const person of people) {
      const sum = Object.values(macroWeights(person)[group]).reduce((total, weight) => total + weight, 0);
      expect(sum, JSON.stringify(person)).toBeCloseTo(1, 3);
    }
  });

  test('reach beyond the targets for plain presentation and great age only', () => {
    const middle = macroWeights({ age: 25, sex: 0.5, weight: 0.5, muscle: 0.5, eth: { c: 1, a: 1, f: 1 } });
    expect(middle.sex).toEqual({ male: 0.5, female: 0.5 });
    expect(middle.age).toEqual({ baby: 0, child: 0, young: 1, old: 0 });
    expect(middle.weight).toEqual({ max: 0, min: 0, average: 1 });
    const extreme = macroWeights({ age: 90, sex: 1, weight: 1, muscle: 0, eth: { c: 1, a: 0, f: 0 } });
    expect(extreme.sex.male).toBeCloseTo(1.15, 6);
    expect(extreme.age.old).toBeCloseTo(1.2, 6);
    expect([extreme.weight.max, extreme.muscle.min, extreme.family.caucasian]).toEqual([1, 1, 1]);
  });
});

describe('the illustrated warp', () => {
  const anchors = {
    leftEye: [0.29, 7.28, 1.3],
    rightEye: [-0.29, 7.28, 1.3],
    noseTip: [0, 6.93, 1.7],
    jaw: [0, 6.2, 0.9],
    neck: [0, 5.9, 0.1],
  } as const;
  const right = Float32Array.from({ length: 300 * 3 }, (_, i) => {
    const t = Math.abs(Math.sin(i * 12.9898) * 43758.5453) % 1;
    return i % 3 === 0 ? t * 0.9 : i % 3 === 1 ? 5 + t * 3.5 : -0.5 + t * 2.3;
  });
  const left = right.map((value, i) => (i % 3 === 0 ? -value : value));

  test.each([
    { stylize: 1, childness: 0 },
    { stylize: 1, childness: 1 },
    { stylize: 0, childness: 0.5 },
  ])('leaves symmetric faces symmetric ($stylize, $childness)', (amounts) => {
    const warp = new StylizeWarp(anchors, amounts);
    const [a, b] = [Float32Array.from(right), Float32Array.from(left)];
    warp.apply(a, right);
    warp.apply(b, left);
    a.forEach((value, i) => {
      expect(b[i]).toBeCloseTo(i % 3 === 0 ? -value : value, 5);
    });
    expect(a).not.toEqual(right);
  });

  test('changes nothing in an adult of the natural look', () => {
    const warped = Float32Array.from(right);
    new StylizeWarp(anchors, { stylize: 0, childness: 0 }).apply(warped, right);
    warped.forEach((value, i) => {
      // Below the chin the neck is 4 % shorter in every look.
      if (i % 3 !== 1 || value > 6) expect(value).toBeCloseTo(right[i] ?? Number.NaN, 5);
    });
  });

  test('enlarges the eyes about their own centre', () => {
    const eye = Float32Array.from([0.39, 7.28, 1.3, 0.19, 7.28, 1.3]);
    new StylizeWarp(anchors, { stylize: 1, childness: 0 }).apply(eye, eye.slice());
    expect((eye[0] ?? 0) - (eye[3] ?? 0)).toBeGreaterThan(0.2 * 1.15);
  });
});

describe('strands', () => {
  /** A row of vertices whose direction turns by `turn` radians from one to the next, with signs thrown about. */
  function row(count: number, turn: number) {
    const tangents = new Float32Array(count * 4).fill(1);
    for (let i = 0; i < count; i++) {
      const sign = (i * 7) % 3 === 0 ? -1 : 1;
      tangents.set([sign * Math.cos(i * turn), sign * Math.sin(i * turn), 0], i * 4);
    }
    const quads = Array.from({ length: count - 1 }, (_, i) => [i, i + 1, i + 1, i + 1]).flat();
    return { tangents, quads, tip: new Float32Array(count).map((_, i) => tangents[i * 4] ?? 0) };
  }
  const dot = (tangents: Float32Array, a: number, b: number) =>
    [0, 1, 2].reduce((sum, d) => sum + (tangents[a * 4 + d] ?? 0) * (tangents[b * 4 + d] ?? 0), 0);

  test('that are neighbours run the same way after they were aligned, towards the tip on the whole', () => {
    const { tangents, quads, tip } = row(40, 0.02);
    alignStrands(tangents, quads, tip);
    for (let i = 0; i < 39; i++) expect(dot(tangents, i, i + 1), `vertices ${i}, ${i + 1}`).toBeGreaterThan(0.9);
    expect(tangents[0]).toBeGreaterThan(0);
  });

  test('keep their line: only the sign changes', () => {
    const { tangents, quads, tip } = row(25, 0.1);
    const before = tangents.slice();
    alignStrands(tangents, quads, tip);
    for (const [i, value] of tangents.entries()) expect(Math.abs(value)).toBeCloseTo(Math.abs(before[i] ?? 0), 6);
  });

  test('of two pieces of hair are aligned each by itself', () => {
    const [one, other] = [row(10, 0), row(10, 0)];
    const tangents = Float32Array.from([...one.tangents, ...other.tangents.map((value) => -value)]);
    const quads = [...one.quads, ...other.quads.map((vertex) => vertex + 10)];
    alignStrands(tangents, quads, new Float32Array(20).fill(1).fill(-1, 10));
    for (let i = 0; i < 9; i++) expect(dot(tangents, i, i + 1)).toBeGreaterThan(0.9);
    for (let i = 10; i < 19; i++) expect(dot(tangents, i, i + 1)).toBeGreaterThan(0.9);
  });
});
