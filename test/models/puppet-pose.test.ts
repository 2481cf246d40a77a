import { glassesQuad, type PosedPuppet, PuppetPoser, type Rim } from '@timbre/models';
import { expect, test } from 'vitest';
import { madeUpPuppet, mesh } from './made-up-puppet.ts';

/** Heights of the gap between two chains at places across a rim, frame units, y down. */
function gaps(posed: PosedPuppet, rim: Rim): number[] {
  const at = (vertex: number) => [posed.positions[2 * vertex]!, posed.positions[2 * vertex + 1]!] as const;
  const height = (chain: readonly number[], x: number) => {
    const line = [rim.corners[0], ...chain, rim.corners[1]].map(at).sort((a, b) => a[0] - b[0]);
    const next = Math.max(
      1,
      line.findIndex((point) => point[0] >= x),
    );
    const [from, to] = [line[next - 1]!, line[next]!];
    return from[1] + ((x - from[0]) / Math.max(1e-9, to[0] - from[0])) * (to[1] - from[1]);
  };
  const [a, b] = rim.corners.map((vertex) => posed.positions[2 * vertex]!);
  return [0.2, 0.35, 0.5, 0.65, 0.8].map((t) => {
    const x = a! + t * (b! - a!);
    return height(rim.lower, x) - height(rim.upper, x);
  });
}

test('a puppet at rest lies where it was decoded', () => {
  const puppet = madeUpPuppet();
  const { positions } = new PuppetPoser(mesh, puppet).pose({ weights: {} });
  const vertex = mesh.lids.left.upper[3]!;
  expect(positions[2 * vertex]).toBe(puppet.rest[3 * vertex]);
  expect(positions[2 * vertex + 1]).toBe(puppet.rest[3 * vertex + 1]);
});

test.each([0.65, 0.8, 1, 1.3])('lids meet in a blink, decoded at %f of the way', (blinkReach) => {
  const poser = new PuppetPoser(mesh, madeUpPuppet({ blinkReach }));
  for (const rim of [mesh.lids.left, mesh.lids.right]) {
    for (const gap of gaps(poser.pose({ weights: {} }), rim)) expect(gap).toBeGreaterThan(0.005);
    for (const gap of gaps(poser.pose({ weights: { blink: 1 } }), rim)) {
      expect(gap).toBeLessThanOrEqual(0);
      expect(gap).toBeGreaterThan(-0.004);
    }
  }
});

test('half a blink leaves the eye half open, and never one eye more than the other', () => {
  const poser = new PuppetPoser(mesh, madeUpPuppet());
  const open = gaps(poser.pose({ weights: {} }), mesh.lids.left)[2]!;
  const half = poser.pose({ weights: { blink: 0.5 } });
  const [left, right] = [gaps(half, mesh.lids.left)[2]!, gaps(half, mesh.lids.right)[2]!];
  expect(left / open).toBeGreaterThan(0.2);
  expect(left / open).toBeLessThan(0.8);
  expect(Math.abs(left - right)).toBeLessThan(0.003);
});

test('eyeballs stay where they are while the lids blink, and follow the gaze', () => {
  const poser = new PuppetPoser(mesh, madeUpPuppet());
  const rest = poser.pose({ weights: {} }).eyes[0].slice();
  expect(poser.pose({ weights: { blink: 1 } }).eyes[0]).toEqual(rest);
  const looked = poser.pose({ weights: {}, gaze: [0.01, -0.005] });
  expect(looked.eyes[0][0]! - rest[0]!).toBeCloseTo(0.01, 6);
  expect(looked.eyes[0][1]! - rest[1]!).toBeCloseTo(-0.005, 6);
});

test('lips never cross', () => {
  const poser = new PuppetPoser(mesh, madeUpPuppet());
  for (const gap of gaps(poser.pose({ weights: { mm: 1 } }), mesh.mouth)) expect(gap).toBeGreaterThan(0);
});

test('an open mouth shows the upper teeth under the lip and sinks the lower ones', () => {
  const poser = new PuppetPoser(mesh, madeUpPuppet());
  const shut = poser.pose({ weights: {} });
  const lowerShut = shut.lowerTeeth[1]!;
  const open = poser.pose({ weights: { jawOpen: 1 } });
  const middle = mesh.mouth.upper[mesh.mouth.upper.length >> 1]!;
  const upperLip = open.positions[2 * middle + 1]!;
  expect(open.upperTeeth[5]!).toBeGreaterThan(upperLip);
  expect(open.upperTeeth[1]!).toBeLessThan(upperLip);
  expect(open.lowerTeeth[1]!).toBeGreaterThanOrEqual(lowerShut);
  const xs = open.mouthRing.filter((_, place) => place % 2 === 0);
  const ys = open.mouthRing.filter((_, place) => place % 2 === 1);
  expect(Math.max(...ys) - Math.min(...ys)).toBeGreaterThan(0.05);
  expect(Math.max(...xs) - Math.min(...xs)).toBeGreaterThan(0.05);
});

test.each([-0.105, 0.105])('a head turn of %f radians folds no triangle of the face', (yaw) => {
  const poser = new PuppetPoser(mesh, madeUpPuppet());
  const areas = (positions: Float32Array) => {
    const result: number[] = [];
    for (let first = 0; first < mesh.triangles.length; first += 3) {
      const [ax, ay, bx, by, cx, cy] = [0, 1, 2].flatMap((corner) => {
        const vertex = mesh.triangles[first + corner]!;
        return [positions[2 * vertex]!, positions[2 * vertex + 1]!];
      }) as [number, number, number, number, number, number];
      result.push((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
    }
    return result;
  };
  const rest = areas(poser.pose({ weights: {} }).positions.slice());
  const turned = areas(poser.pose({ weights: {}, yaw }).positions);
  const folded = rest.filter((area, at) => Math.abs(area) > 1e-6 && area * turned[at]! < 0);
  expect(folded).toHaveLength(0);
  expect(turned).not.toEqual(rest);
});

test('the head turns, shoulders and frame do not, and the lower rim stays at the frame', () => {
  const poser = new PuppetPoser(mesh, madeUpPuppet());
  const rest = poser.pose({ weights: {} }).positions.slice();
  const turned = poser.pose({ weights: {}, yaw: 0.1, pitch: 0.08 }).positions;
  const nose = mesh.mouth.upper[mesh.mouth.upper.length >> 1]!;
  expect(turned[2 * nose]! - rest[2 * nose]!).toBeGreaterThan(0.01);
  for (let vertex = mesh.knownCount; vertex < mesh.vertexCount; vertex += 1) {
    if (mesh.layout[2 * vertex + 1]! > 0.9999) expect(turned[2 * vertex + 1]).toBeGreaterThanOrEqual(1);
  }
});

test('glasses sit over both eyes, turn with the head, and neither blink nor gaze moves them', () => {
  const poser = new PuppetPoser(mesh, madeUpPuppet());
  const place = (pose: Parameters<typeof poser.pose>[0]) =>
    [...glassesQuad(poser.pose(pose).eyeMiddles, [-1, -0.5, 1, 0.5])] as [number, number, number, number, ...number[]];
  const rest = place({ weights: {} });
  const [left, top, right, , , bottom] = rest;
  for (const rim of [mesh.lids.left, mesh.lids.right]) {
    for (const corner of rim.corners) {
      expect(mesh.layout[2 * corner]).toBeGreaterThan(left);
      expect(mesh.layout[2 * corner]).toBeLessThan(right);
      expect(mesh.layout[2 * corner + 1]).toBeGreaterThan(top);
      expect(mesh.layout[2 * corner + 1]).toBeLessThan(bottom ?? 0);
    }
  }
  expect(place({ weights: { blink: 1 }, gaze: [0.01, 0.01] })).toEqual(rest);
  expect(place({ weights: {}, yaw: 0.1 })[0]).toBeGreaterThan(left);
});

test('hair turns with the head and stays where it is when the mouth opens', () => {
  const poser = new PuppetPoser(mesh, madeUpPuppet());
  const rest = poser.pose({ weights: {} }).hairPositions.slice();
  expect(poser.pose({ weights: { jawOpen: 1, browUp: 1 } }).hairPositions).toEqual(rest);
  expect(poser.pose({ weights: {}, yaw: 0.1 }).hairPositions).not.toEqual(rest);
  for (const [index, place] of rest.entries()) expect(place).toBeCloseTo(mesh.layout[index]!, 5);
});

test('hair runs smoothly over the rim of a face where neighbouring vertices part ways', () => {
  const puppet = madeUpPuppet();
  for (let vertex = 0; vertex < mesh.vertexCount; vertex += 1) puppet.rest[3 * vertex]! += vertex % 2 ? 0.01 : -0.01;
  const { positions, hairPositions } = new PuppetPoser(mesh, puppet).pose({ weights: {} });
  const spread = (places: Float32Array) => {
    let sum = 0;
    for (let vertex = 0; vertex < mesh.faceCount; vertex += 1)
      sum += Math.abs(places[2 * vertex]! - mesh.layout[2 * vertex]!);
    return sum / mesh.faceCount;
  };
  expect(spread(positions)).toBeCloseTo(0.01, 5);
  expect(spread(hairPositions)).toBeLessThan(0.003);
});

test('buffers are reused from pose to pose', () => {
  const poser = new PuppetPoser(mesh, madeUpPuppet());
  expect(poser.pose({ weights: {} })).toBe(poser.pose({ weights: { aa: 1 } }));
});

test('a puppet of another mesh is refused', () => {
  const puppet = madeUpPuppet();
  expect(() => new PuppetPoser(mesh, { ...puppet, rest: puppet.rest.slice(0, 300) })).toThrow(
    expect.objectContaining({ reason: 'bad-mesh' }),
  );
});
