/** Pictures of tiles, kept and compared in the page: they are too large to be sent to the test at each look. */

const kept = new Map<string, Uint8ClampedArray>();

/** RGBA of a tile as it is now. */
function look(tileId: string): Uint8ClampedArray {
  const canvas = document.querySelector<HTMLCanvasElement>(`#${tileId} canvas`);
  const context = canvas?.getContext('2d');
  if (!canvas || !context) throw new Error(`there is no tile ${tileId}`);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

/** Mean difference of two pictures, 0..255; 255 if they have different sizes. */
function compare(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  if (a.length !== b.length) return 255;
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
}

export const pictures = {
  /** Keeps the tile's picture under a name. */
  keep(tileId: string, name: string): void {
    kept.set(name, look(tileId));
  },
  /** Waits until the tile has been drawn and hasn't changed for `restMs`, then keeps its picture. */
  async keepCalm(tileId: string, name: string, { restMs = 600, patienceMs = 60_000 } = {}): Promise<void> {
    const until = performance.now() + patienceMs;
    let before = look(tileId);
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, restMs));
      const now = look(tileId);
      const drawn = now.some((value) => value !== 0);
      if (drawn && compare(before, now) === 0) {
        kept.set(name, now);
        return;
      }
      before = now;
    }
    throw new Error(`${tileId} did not come to rest`);
  },
  /** Mean difference of two kept pictures, 0..255. */
  difference(a: string, b: string): number {
    const [first, second] = [kept.get(a), kept.get(b)];
    if (!first || !second) throw new Error(`${a} or ${b} was not kept`);
    return compare(first, second);
  },
};
