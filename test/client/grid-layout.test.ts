import { describe, expect, it } from 'vitest';
import { layOutGrid } from '../../client/src/grid-layout.ts';

const GAP = 12;
const SCREENS = [
  { name: 'wide desktop', width: 1880, height: 900 },
  { name: 'laptop', width: 1240, height: 620 },
  { name: 'square', width: 800, height: 800 },
  { name: 'tablet upright', width: 728, height: 900 },
  { name: 'phone on its side', width: 640, height: 240 },
  { name: 'phone', width: 366, height: 620 },
  { name: 'narrowest phone', width: 296, height: 420 },
];
const COUNTS = Array.from({ length: 25 }, (_, index) => index + 1);

describe.each(SCREENS)('grid on a $name', ({ width, height }) => {
  it.each(COUNTS)('has a place for each of %i tiles, inside the width and (unless it scrolls) the height', (count) => {
    const grid = layOutGrid(count, width, height, { gapPx: GAP });
    expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
    expect(grid.columns * (grid.rows - 1)).toBeLessThan(count);
    expect(grid.columns * grid.tileWidth + (grid.columns - 1) * GAP).toBeLessThanOrEqual(width);
    const tall = grid.rows * grid.tileHeight + (grid.rows - 1) * GAP;
    if (grid.scrolls) expect(tall).toBeGreaterThan(height);
    else expect(tall).toBeLessThanOrEqual(height);
  });

  it('never gives more people larger tiles', () => {
    const areas = COUNTS.map((count) => {
      const { tileWidth, tileHeight, scrolls } = layOutGrid(count, width, height, { gapPx: GAP });
      return scrolls ? 0 : tileWidth * tileHeight;
    }).filter((area) => area > 0);
    for (const [index, area] of areas.slice(1).entries()) expect(area).toBeLessThanOrEqual(areas[index]!);
  });

  it('keeps every tile between upright 4:5 and 16:9, and at least 92 pixels wide', () => {
    for (const count of COUNTS) {
      const { tileWidth, tileHeight } = layOutGrid(count, width, height, { gapPx: GAP });
      expect(tileWidth).toBeGreaterThanOrEqual(92);
      // Sizes are whole pixels.
      expect((tileWidth + 1) / tileHeight).toBeGreaterThanOrEqual(0.8);
      expect(tileWidth / (tileHeight + 1)).toBeLessThanOrEqual(16 / 9);
    }
  });
});

describe('grid', () => {
  it('puts two people side by side on a wide screen and one above the other on a phone', () => {
    expect(layOutGrid(2, 1240, 620).columns).toBe(2);
    expect(layOutGrid(2, 366, 620).columns).toBe(1);
  });

  it('prefers nearly square tiles, as portraits do: 25 on a laptop are seven by four', () => {
    expect(layOutGrid(25, 1240, 620)).toMatchObject({ columns: 7, rows: 4, scrolls: false });
  });

  it('scrolls when 25 tiles would be too small to tell faces apart', () => {
    const grid = layOutGrid(25, 296, 420, { gapPx: 8 });
    expect(grid).toMatchObject({ columns: 3, rows: 9, scrolls: true });
    expect(grid.tileWidth).toBe(93);
  });

  it('is empty without anybody or without room', () => {
    expect(layOutGrid(0, 800, 600)).toMatchObject({ rows: 0, tileWidth: 0 });
    expect(layOutGrid(3, 0, 0)).toMatchObject({ tileWidth: 0, tileHeight: 0 });
  });
});
