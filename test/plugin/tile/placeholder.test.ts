import { describe, expect, it } from 'vitest';
import { initialsOf, placeholderColours } from '../../../plugin/src/tile/placeholder-view.ts';

function luminance(colour: number): number {
  const channel = (shift: number) => {
    const value = ((colour >> shift) & 255) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
}

describe('the placeholder', () => {
  it('takes the first letters of the first and the last word', () => {
    expect(initialsOf('Ada Lovelace')).toBe('AL');
    expect(initialsOf('  grace   brewster hopper ')).toBe('GH');
    expect(initialsOf('Linus')).toBe('L');
    expect(initialsOf('élodie')).toBe('É');
    expect(initialsOf('山田太郎')).toBe('山');
    expect(initialsOf('👩‍🚀 crew')).toBe('👩‍🚀C');
    expect(initialsOf('')).toBe('?');
  });

  it('has a colour of the participant, always the same, on which white letters have a contrast of 4.5', () => {
    const colours = Array.from({ length: 200 }, (_, index) => placeholderColours(`participant-${index}`));
    expect(placeholderColours('participant-7')).toEqual(colours[7]);
    expect(new Set(colours.map(({ disc }) => disc)).size).toBeGreaterThan(7);
    for (const { disc, tile } of colours) {
      expect(1.05 / (luminance(disc) + 0.05)).toBeGreaterThan(4.5);
      expect(luminance(tile)).toBeLessThan(0.03);
    }
  });
});
