/** SPEC.md and the tests speak of the same rules. */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SPEC = readFileSync(`${ROOT}plugin/protocol/SPEC.md`, 'utf8');
const RULES = [...SPEC.matchAll(/^- \*\*([VDJAM]\d+)\*\*/gm)].map(([, rule]) => rule!);

/** The ids at the beginning of tests' names, e.g. of `test('J3 J4 a lost connection ...`. */
async function rulesInTestNames(): Promise<Set<string>> {
  const named = new Set<string>();
  for await (const file of glob('test/**/*.test.ts', { cwd: ROOT })) {
    const names = readFileSync(`${ROOT}${file}`, 'utf8').matchAll(/^\s*(?:(?:test|it)\(|)(['"`])((?:[VDJAM]\d+ )+)/gm);
    for (const [, , ids] of names) for (const id of ids!.trim().split(' ')) named.add(id);
  }
  return named;
}

test('every rule is numbered once, and in order within its letter', () => {
  expect(RULES.length).toBeGreaterThan(25);
  for (const letter of new Set(RULES.map((rule) => rule[0]!))) {
    const numbers = RULES.filter((rule) => rule.startsWith(letter)).map((rule) => Number(rule.slice(1)));
    expect(numbers, letter).toEqual(numbers.map((_, index) => index + 1));
  }
});

test('every rule is in the name of a test, and no test names a rule that is none', async () => {
  expect([...(await rulesInTestNames())].sort()).toEqual([...RULES].sort());
});
