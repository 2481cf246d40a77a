/** Visits the pixels of a triangle: the base of everything that the rasteriser draws. */

/** `pixel` is row * width + column; the weights of the three corners add up to 1. */
export type VisitPixel = (pixel: number, a: number, b: number, c: number) => void;

/** Corners may be a little outside their edge, so that neighbouring triangles leave no gap. */
const EDGE_TOLERANCE = 1e-5;

/** Visits all pixels of a `width` x `height` image whose centre lies in the triangle; corners in pixels. */
export function visitTriangle(
  width: number,
  height: number,
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
  [cx, cy]: readonly [number, number],
  visit: VisitPixel,
): void {
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (Math.abs(area) < 1e-9) return;
  const firstRow = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const lastRow = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
  const firstColumn = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
  const lastColumn = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
  for (let row = firstRow; row <= lastRow; row += 1) {
    const py = row + 0.5 - ay;
    for (let column = firstColumn; column <= lastColumn; column += 1) {
      const px = column + 0.5 - ax;
      const b = (px * (cy - ay) - py * (cx - ax)) / area;
      const c = ((bx - ax) * py - (by - ay) * px) / area;
      const a = 1 - b - c;
      if (a >= -EDGE_TOLERANCE && b >= -EDGE_TOLERANCE && c >= -EDGE_TOLERANCE) visit(row * width + column, a, b, c);
    }
  }
}
