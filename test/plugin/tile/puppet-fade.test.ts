import type { Puppet } from '@timbre/models';
import { describe, expect, it } from 'vitest';
import { PuppetFade } from '../../../plugin/src/tile/puppet-fade.ts';
import { madeUpPuppet, mesh } from '../../models/made-up-puppet.ts';

const FADE_MS = 400;

const isZeroed = ({ rest, deltas, skin }: Puppet) =>
  [rest, ...deltas, skin].every((numbers) => numbers.every((value: number) => value === 0));

function faces(): [Puppet, Puppet, Puppet, Puppet] {
  return [madeUpPuppet(), madeUpPuppet(), madeUpPuppet(), madeUpPuppet()];
}

describe('the fade from one face to the next', () => {
  it('keeps both faces while it lasts and zeroes the one before when it is over', () => {
    const [first, second] = faces();
    const fade = new PuppetFade(mesh, first, FADE_MS);
    fade.fadeTo(second, 0, 'slowly');
    fade.advance(FADE_MS / 2);
    expect(fade.skins.fade).toBeCloseTo(0.5);
    expect([first, second].map(isZeroed)).toEqual([false, false]);
    fade.advance(FADE_MS);
    expect(fade.fading).toBe(false);
    fade.advance(FADE_MS + 33);
    expect([first, second].map(isZeroed)).toEqual([true, false]);
  });

  it('lets the newest of the faces that came meanwhile follow, and zeroes those it overtook', () => {
    const [first, second, overtaken, newest] = faces();
    const fade = new PuppetFade(mesh, first, FADE_MS);
    fade.fadeTo(second, 0, 'slowly');
    fade.fadeTo(overtaken, 10, 'slowly');
    fade.fadeTo(newest, 20, 'slowly');
    expect([first, second, overtaken, newest].map(isZeroed)).toEqual([false, false, true, false]);
    fade.advance(FADE_MS);
    expect(fade.fading).toBe(true);
    fade.advance(2 * FADE_MS);
    fade.advance(3 * FADE_MS);
    expect([first, second, newest].map(isZeroed)).toEqual([true, true, false]);
  });

  it('leaves nothing of the faces before when the next is shown at once, even in the middle of a fade', () => {
    const [first, second, waiting, atOnce] = faces();
    const fade = new PuppetFade(mesh, first, FADE_MS);
    fade.fadeTo(second, 0, 'slowly');
    fade.fadeTo(waiting, 0, 'slowly');
    fade.fadeTo(atOnce, 10, 'at-once');
    expect(fade.fading).toBe(false);
    fade.advance(20);
    expect([first, second, waiting, atOnce].map(isZeroed)).toEqual([true, true, true, false]);
  });

  it('zeroes every face when closed', () => {
    const all = faces();
    const [first, second, third] = all;
    const fade = new PuppetFade(mesh, first, FADE_MS);
    fade.fadeTo(second, 0, 'slowly');
    fade.fadeTo(third, 0, 'slowly');
    fade.advance(FADE_MS / 2);
    fade.close();
    expect([first, second, third].map(isZeroed)).toEqual([true, true, true]);
  });
});
