import { describe, expect, it } from 'vitest';
import { TileGlide } from '../../../plugin/src/tile/tile-glide.ts';

const FRAME_MS = 1000 / 30;
const PLACEHOLDER = { face: 0, progress: 0, ring: 0, voice: 0, open: false };
const FACE = { face: 1, progress: 1, ring: 0, voice: 0, open: true };

/** Frames until nothing moves any more. */
function settle(glide: TileGlide, targets: typeof FACE, still = false): number {
  let frames = 0;
  while (glide.step(targets, FRAME_MS, still)) frames += 1;
  return frames;
}

describe('the glide of a tile', () => {
  it('comes to rest at its targets within two seconds, without a jump on the way', () => {
    const glide = new TileGlide();
    let before = { ...glide.values };
    let frames = 0;
    while (glide.step(FACE, FRAME_MS, false)) {
      frames += 1;
      const { face, reveal } = glide.values;
      expect(face - before.face).toBeLessThan(0.15);
      expect(reveal - before.reveal).toBeLessThan(0.2);
      expect(Math.min(face - before.face, reveal - before.reveal)).toBeGreaterThanOrEqual(0);
      before = { ...glide.values };
    }
    expect(frames * FRAME_MS).toBeLessThan(2000);
    expect(glide.values).toMatchObject({ face: 1, reveal: 1, progress: 1 });
  });

  it('is there with the first frame where motion is to be reduced', () => {
    const glide = new TileGlide();
    expect(settle(glide, FACE, true)).toBe(1);
    expect(glide.values).toMatchObject({ face: 1, reveal: 1 });
  });

  it('loses face and opening at once, and opens anew for the next face', () => {
    const glide = new TileGlide();
    settle(glide, FACE);
    glide.dropFace();
    expect(glide.values).toMatchObject({ face: 0, reveal: 0 });
    glide.dropRing();
    expect(settle(glide, PLACEHOLDER)).toBe(0);
    glide.step(FACE, FRAME_MS, false);
    expect(glide.values.reveal).toBeLessThan(0.1);
  });
});
