import { describe, expect, it } from 'vitest';
import { initialsOf } from '../../../plugin/src/initials.ts';
import { placeholderColours } from '../../../plugin/src/tile/placeholder-view.ts';

function luminance(colour: number): number {
  const channel = (shift: number) => {
    const value = ((colour >> shift) & 255) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
}

/** WCAG 2.2: 1 to 21. */
function contrast(a: number, b: number): number {
  const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (lighter! + 0.05) / (darker! + 0.05);
}

describe('the placeholder', () => {
  it('takes the first letters of the first and the last word', () => {
    expect(initialsOf('Ada Lovelace')).toBe('AL');
    expect(initialsOf('  grace   brewster hopper ')).toBe('GH');
    expect(initialsOf('Linus')).toBe('L');
    expect(initialsOf('élodie')).toBe('É');
    expect(initialsOf('山田太郎')).toBe('山');
    expect(initialsOf('👩‍🚀 crew')).toBe('👩‍🚀C');
    expect(initialsOf('Ünsal 😀')).toBe('Ü😀');
    expect(initialsOf('')).toBe('?');
    expect(initialsOf('   ')).toBe('?');
  });

  it('has a colour of the participant, always the same, on which white letters have a contrast of 4.5', () => {
    const colours = Array.from({ length: 200 }, (_, index) => placeholderColours(`participant-${index}`, 'dark'));
    expect(placeholderColours('participant-7', 'dark')).toEqual(colours[7]);
    expect(placeholderColours('participant-7', 'light').disc).toBe(colours[7]!.disc);
    expect(new Set(colours.map(({ disc }) => disc)).size).toBeGreaterThan(7);
    for (const { disc } of colours) expect(contrast(0xffffff, disc)).toBeGreaterThan(4.5);
  });

  it('is dark in a dark page and light in a light one, and the ring is seen on both', () => {
    for (let index = 0; index < 200; index += 1) {
      const [dark, light] = (['dark', 'light'] as const).map((scheme) => placeholderColours(`p-${index}`, scheme));
      expect(luminance(dark!.tile)).toBeLessThan(0.03);
      expect(luminance(light!.tile)).toBeGreaterThan(0.6);
      // WCAG 2.2, 1.4.11: 3:1 for graphics that say something.
      for (const { ring, tile } of [dark!, light!]) expect(contrast(ring, tile)).toBeGreaterThan(3);
    }
  });
});
