/** Height of the hairline (decimetres) over the azimuth in degrees: 0 is the middle of the forehead, 180 the nape. */
export type Hairline = readonly (readonly [azimuth: number, y: number])[];

function hairline(azimuths: readonly number[], heights: readonly number[]): Hairline {
  return azimuths.map((azimuth, i) => [azimuth, heights[i]]);
}

export const NATURAL = hairline(
  [0, 22, 38, 50, 58, 64, 70, 77, 84, 100, 112, 120, 132, 155, 180],
  [8, 8.01, 7.95, 7.8, 7.6, 7.34, 7.16, 7.14, 7.44, 7.5, 7.36, 7.02, 6.8, 6.66, 6.62],
);

/** Parted in the middle, framing the face. */
export const FRAMING = hairline(
  [0, 14, 28, 40, 50, 58, 66, 74, 90, 130, 180],
  [8.1, 8.02, 7.88, 7.74, 7.56, 7.36, 7.15, 6.98, 6.85, 6.6, 6.5],
);

export const OVER_EARS = hairline(
  [0, 18, 34, 46, 55, 63, 72, 90, 130, 180],
  [8.02, 7.99, 7.89, 7.73, 7.54, 7.26, 7, 6.85, 6.6, 6.5],
);

export const FRINGE = hairline(
  [0, 20, 36, 48, 58, 66, 74, 90, 130, 180],
  [7.7, 7.69, 7.64, 7.55, 7.4, 7.2, 7, 6.85, 6.6, 6.5],
);

/** A fringe that parts in the middle and falls to both sides. */
export const CURTAIN_FRINGE = hairline(
  [0, 7, 15, 26, 38, 50, 60, 70, 80, 130, 180],
  [8.08, 7.98, 7.8, 7.6, 7.46, 7.32, 7.16, 7, 6.9, 6.6, 6.5],
);

/** The edge of a scarf round the face. */
export const SCARF = hairline(
  [0, 24, 40, 50, 57, 63, 70, 90, 130, 180],
  [7.95, 7.93, 7.84, 7.7, 7.45, 7.15, 6.85, 6.6, 6.4, 6.3],
);

/** The lower edge of a turban: low on the forehead, over the tops of the ears, down to the nape. */
export const TURBAN = hairline([0, 16, 34, 52, 70, 90, 120, 180], [7.86, 7.83, 7.72, 7.56, 7.42, 7.36, 7.1, 6.8]);

export const SWEPT = hairline(
  [0, 20, 34, 46, 57, 66, 74, 90, 130, 180],
  [7.9, 7.76, 7.66, 7.56, 7.44, 7.22, 7, 6.85, 6.6, 6.5],
);

export const SHORT_SWEPT = hairline(
  [0, 20, 34, 46, 57, 64, 70, 77, 84, 100, 112, 120, 132, 155, 180],
  [7.92, 7.78, 7.66, 7.58, 7.48, 7.26, 7.02, 7.04, 7.44, 7.5, 7.34, 6.98, 6.74, 6.6, 6.56],
);
