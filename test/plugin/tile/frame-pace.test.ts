import { describe, expect, it } from 'vitest';
import { FramePace } from '../../../plugin/src/tile/frame-pace.ts';

/** A page that needs `costMs` for a frame, however many are asked for. */
function settle(pace: FramePace, costMs: number, frames = 600): number {
  let fps = 30;
  for (let frame = 0; frame < frames; frame += 1) fps = pace.push(Math.max(1000 / fps, costMs));
  return fps;
}

describe('the frame pace', () => {
  it('stays at the most while frames are on time', () => {
    expect(settle(new FramePace(30), 10)).toBe(30);
  });

  it('asks for fewer when frames come late, but for no slide show', () => {
    const pace = new FramePace(30);
    const slow = settle(pace, 80);
    expect(slow).toBeLessThan(22);
    expect(settle(new FramePace(30), 2000)).toBe(10);
  });

  it('comes back when the page has time again', () => {
    const pace = new FramePace(30);
    settle(pace, 500);
    expect(settle(pace, 10)).toBe(30);
  });

  it('learns nothing from a rest', () => {
    const pace = new FramePace(30);
    for (let frame = 0; frame < 100; frame += 1) {
      pace.push(5000);
      pace.rest();
    }
    expect(pace.push(33)).toBe(30);
  });
});
