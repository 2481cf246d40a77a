import { expect, test } from 'vitest';
import { createLog, messageOf } from '../../../server/src/log.ts';

test('a line has time, level, name, message and fields', () => {
  const lines: string[] = [];
  const log = createLog('sfu', { write: (line) => lines.push(line), now: () => Date.UTC(2026, 10, 22, 14, 5, 6, 78) });
  log.info('ready', { url: 'http://127.0.0.1:3000', workers: 2, none: undefined });
  log.debug('not written');
  log.warn('lost', { cause: 'closed by us' });
  expect(lines).toEqual([
    '14:05:06.078 info  sfu: ready url=http://127.0.0.1:3000 workers=2',
    '14:05:06.078 warn  sfu: lost cause="closed by us"',
  ]);
});

test('messages of errors are one line of bounded length', () => {
  expect(messageOf(new Error('first\n  second'))).toBe('first second');
  expect(messageOf('plain')).toBe('plain');
  expect(messageOf(new Error('x'.repeat(9999)))).toHaveLength(300);
});
