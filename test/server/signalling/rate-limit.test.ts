import { expect, test } from 'vitest';
import { RateLimit } from '../../../server/src/signalling/rate-limit.ts';

function limitAt(clock: { nowMs: number }) {
  return new RateLimit({ burst: 3, perSecond: 2, patience: 4, now: () => clock.nowMs });
}

test('a burst is admitted, what comes over it refused, and each second admits a few more', () => {
  const clock = { nowMs: 0 };
  const limit = limitAt(clock);
  expect([limit.take(), limit.take(), limit.take(), limit.take()]).toEqual(['admit', 'admit', 'admit', 'too-many']);
  clock.nowMs = 1000;
  expect([limit.take(), limit.take()]).toEqual(['admit', 'too-many']);
});

test('refused messages cost too, and whoever goes on runs out of patience', () => {
  const limit = limitAt({ nowMs: 0 });
  const verdicts = Array.from({ length: 7 }, () => limit.take());
  expect(verdicts).toEqual(['admit', 'admit', 'admit', 'too-many', 'too-many', 'too-many', 'abuse']);
});

test('rest fills the bucket up to its burst and no further', () => {
  const clock = { nowMs: 0 };
  const limit = limitAt(clock);
  for (let taken = 0; taken < 4; taken += 1) limit.take();
  clock.nowMs = 3_600_000;
  expect(Array.from({ length: 4 }, () => limit.take())).toEqual(['admit', 'admit', 'admit', 'too-many']);
});
