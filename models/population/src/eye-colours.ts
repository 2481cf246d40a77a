import type { HexColour } from './colour.ts';

/** Iris colours by the names that people draw from. */
export const IRIS_COLOURS: Readonly<Record<string, HexColour>> = {
  brown: '#4a2410',
  brownlight: '#85542a',
  green: '#5c7a3e',
  grey: '#7b8b93',
  blue: '#4a7fb5',
  lightblue: '#7fb0d6',
  bluegreen: '#4d8f93',
  deepblue: '#36609c',
  ice: '#a9c6d6',
};
