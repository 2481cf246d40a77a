import { describe, expect, it } from 'vitest';
import {
  betweenSquares,
  medallion,
  openingAt,
  portraitInMedallion,
  portraitInTile,
} from '../../../plugin/src/tile/portrait-layout.ts';

const SHAPES = [
  [48, 48],
  [1440, 1440],
  [640, 360],
  [200, 480],
] as const;

describe('the layout of a portrait', () => {
  it('puts the medallion in the middle, and larger in small tiles', () => {
    for (const [width, height] of SHAPES) {
      const { x, y, radius } = medallion(width, height, 1);
      expect([x, y]).toEqual([width / 2, height / 2]);
      expect(2 * radius).toBeLessThan(Math.min(width, height));
    }
    expect(medallion(48, 48, 1).radius / 48).toBeGreaterThan(medallion(480, 480, 1).radius / 480);
    // What counts is the size as seen, not the device's pixels.
    expect(medallion(96, 96, 2).radius).toBe(2 * medallion(48, 48, 1).radius);
  });

  it('rests the shoulders on the lower edge of any tile, and shows the whole head', () => {
    for (const [width, height] of SHAPES) {
      const { left, top, side } = portraitInTile(width, height);
      expect(top + side).toBeCloseTo(height);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(left + side / 2).toBeCloseTo(width / 2);
      // Heads take the middle two thirds of the portrait.
      expect(left + side / 6).toBeGreaterThanOrEqual(-0.001 * side);
    }
  });

  it('never opens further down than the portrait reaches, else its lower edge would show', () => {
    for (const [width, height] of SHAPES) {
      const circle = medallion(width, height, 1);
      for (let t = 0; t <= 1; t += 0.05) {
        const square = betweenSquares(portraitInMedallion(circle), portraitInTile(width, height), t);
        const opening = openingAt(circle, width, height, t);
        expect(square.top + square.side).toBeGreaterThanOrEqual(opening.top + opening.height - 1e-6);
      }
      expect(openingAt(circle, width, height, 1)).toEqual({ left: 0, top: 0, width, height, radius: 0 });
    }
  });
});
