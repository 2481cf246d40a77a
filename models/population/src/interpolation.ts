/** Value at `t` on the straight line from `a` (t = 0) to `b` (t = 1); `t` may lie outside 0..1. */
export function lerp(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

export function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}

export function clamp01(x: number): number {
  return clamp(x, 0, 1);
}

/** GLSL's smoothstep; the edges may be given in falling order, which turns the step round. */
export function smoothstep(edge0: number, edge1: number, x: number): number {
  const t = clamp01((x - edge0) / (edge1 - edge0));
  return t * t * (3 - 2 * t);
}

/** Minimum of two signed distances with a fillet of about `radius` between the two surfaces. */
export function smoothMin(a: number, b: number, radius: number): number {
  const h = clamp01(0.5 + (0.5 * (b - a)) / radius);
  return lerp(b, a, h) - radius * h * (1 - h);
}
