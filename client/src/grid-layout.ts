export interface GridOptions {
  /** Space between tiles, CSS pixels. Default 12. */
  readonly gapPx?: number;
  /** Narrowest and widest tile, width over height. Defaults 0.8 and 16 / 9. */
  readonly narrowest?: number;
  readonly widest?: number;
  /** Below this tile width the grid scrolls instead, CSS pixels. Default 92. */
  readonly minTileWidthPx?: number;
}

export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** True if the rows don't fit and the grid must scroll. */
  readonly scrolls: boolean;
}

/** The arrangement of `count` equal tiles in `width` x `height` that gives each the most area. */
export function layOutGrid(count: number, width: number, height: number, options: GridOptions = {}): GridLayout {
  const { gapPx = 12, narrowest = 0.8, widest = 16 / 9, minTileWidthPx = 92 } = options;
  if (count <= 0 || width <= 0 || height <= 0) {
    return { columns: 1, rows: Math.max(0, count), tileWidth: 0, tileHeight: 0, scrolls: false };
  }
  let best: GridLayout | undefined;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (width - gapPx * (columns - 1)) / columns;
    const cellHeight = (height - gapPx * (rows - 1)) / rows;
    if (cellWidth <= 0 || cellHeight <= 0) continue;
    const tile = fit(cellWidth, cellHeight, narrowest, widest);
    const candidate = { columns, rows, tileWidth: tile.width, tileHeight: tile.height, scrolls: false };
    // On equal area fewer empty places win: later columns never leave more.
    if (best === undefined || area(candidate) > area(best) * 1.0001) best = candidate;
  }
  if (best !== undefined && best.tileWidth >= Math.min(minTileWidthPx, width)) return best;
  return scrolling(count, width, gapPx, minTileWidthPx);
}

/** As many columns as the smallest tile allows, square tiles, as many rows as it takes. */
function scrolling(count: number, width: number, gapPx: number, minTileWidthPx: number): GridLayout {
  const columns = Math.max(1, Math.min(count, Math.floor((width + gapPx) / (minTileWidthPx + gapPx))));
  const tileWidth = Math.floor((width - gapPx * (columns - 1)) / columns);
  return { columns, rows: Math.ceil(count / columns), tileWidth, tileHeight: tileWidth, scrolls: true };
}

function fit(width: number, height: number, narrowest: number, widest: number): { width: number; height: number } {
  const aspect = Math.min(widest, Math.max(narrowest, width / height));
  const tileWidth = Math.min(width, height * aspect);
  return { width: Math.floor(tileWidth), height: Math.floor(Math.min(height, tileWidth / aspect)) };
}

function area(layout: GridLayout): number {
  return layout.tileWidth * layout.tileHeight;
}
