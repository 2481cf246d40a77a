import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  EXPRESSION_NAMES,
  identityPerson,
  meanPerson,
  SeededRandom,
  samplePerson,
  styleLayers,
} from '@timbre/population';
import { describe, expect, test } from 'vitest';

/** Numbers to nine digits and keys in order, so that neither the order of fields nor the last bit counts. */
function canonical(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(9));
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, canonical(item)]));
}

function fingerprint(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex')
    .slice(0, 16);
}

describe('random numbers of the population', () => {
  test('are the ones of the prototype', () => {
    const random = new SeededRandom(1000);
    expect([random.next(), random.next(), random.next()]).toEqual([
      0.9946291567757726, 0.06597580062225461, 0.670200756052509,
    ]);
    expect([random.normal(), random.normal()]).toEqual([1.6410126277685178, 0.1381895083663337]);
    expect(random.pick(['a', 'b', 'c', 'd', 'e'])).toBe('e');
  });

  test('have mean 0 and variance 1 where they are normal', () => {
    const random = new SeededRandom(5);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length).toBeCloseTo(1, 1);
  });
});

/** Fingerprints of people made by the prototype that the first weights were trained on. */
const PROTOTYPE_PEOPLE = [
  { seed: 1, illustrated: 'de29204f7a1255be', natural: '6159a5e43f6da18d', identity: '21231365b0433c13' },
  { seed: 7, illustrated: 'cee0da92aba9bcc9', natural: '8cddaf22bfac1f63', identity: 'f70697f27611aaa8' },
  { seed: 100, illustrated: '9652f6399fcbd858', natural: 'ab46b2b7ca2fb8ff', identity: 'c21b032fc7e13d8a' },
  { seed: 1000, illustrated: '1bc12ee3c6631793', natural: '66bb772d649efecb', identity: '38599d3afc4f16a1' },
  { seed: 1003, illustrated: '81b4334c447ffa2a', natural: 'ac5645e1b39ada3f', identity: '5614aafff712c584' },
  { seed: 2499, illustrated: '9486cb873afe88a6', natural: '0ee7bb200b6a36ad', identity: '2b8ba2678cc4786d' },
];

describe('people', () => {
  test.each(PROTOTYPE_PEOPLE)('of seed $seed are the ones of the prototype', (known) => {
    expect(fingerprint(samplePerson(known.seed))).toBe(known.illustrated);
    expect(fingerprint(samplePerson(known.seed, { look: 'natural' }))).toBe(known.natural);
    expect(fingerprint(identityPerson(known.seed))).toBe(known.identity);
  });

  test('with options and the mean person are the ones of the prototype', () => {
    expect(fingerprint(samplePerson(42, { age: 9, sex: 0.2, hair: 'bob', toneT: 0.8 }))).toBe('ea3a7a0483d8e660');
    expect(fingerprint(meanPerson())).toBe('a52460599480599b');
  });

  test('are the same for the same seed and others for another seed', () => {
    expect(samplePerson(31)).toEqual(samplePerson(31));
    expect(fingerprint(samplePerson(31))).not.toBe(fingerprint(samplePerson(32)));
  });

  test('keep their shape when tone and hair are chosen, so style never tells about identity', () => {
    const drawn = samplePerson(77);
    const styled = samplePerson(77, { toneT: 0.9, hair: 'afro', hairColor: '#ffffff', cloth: 'none' });
    expect(styled.detail).toEqual(drawn.detail);
    expect([styled.sex, styled.age, styled.rest]).toEqual([drawn.sex, drawn.age, drawn.rest]);
    expect(styled.tone).not.toBe(drawn.tone);
  });

  test('never pull a modifier to both of its ends at once', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { detail } = samplePerson(seed);
      for (const name of Object.keys(detail).filter((target) => target.endsWith('-incr'))) {
        const opposite = detail[name.replace(/-incr$/, '-decr')] ?? 0;
        expect(Math.min(detail[name] ?? 0, opposite), `seed ${seed}, ${name}`).toBe(0);
      }
    }
  });

  test('without style carry no hair, beard, brows, clothes or freckles, all at one tone', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { hair, beard, stubble, browK, cloth, freckles, lash, scalp, toneT } = identityPerson(seed);
      expect({ hair, beard, stubble, browK, cloth, freckles, lash, scalp, toneT }).toEqual({
        ...{ hair: 'none', beard: '', stubble: 0, browK: 0, cloth: 'none', freckles: 0, lash: 'none', scalp: 0 },
        toneT: 0.35,
      });
    }
  });
});

test('expressions come in the order of the model contract', () => {
  const contract = JSON.parse(readFileSync(new URL('../../models/contract.json', import.meta.url), 'utf8'));
  expect(EXPRESSION_NAMES).toEqual(contract.faceDecoder.expressions);
  expect(EXPRESSION_NAMES).toEqual(
    'blink jawOpen aa ee oo oh fv mm SS TH CH E smile browUp browDown squint'.split(' '),
  );
});

test('style layers are 21 hair styles, 7 garments, 6 brows, 6 beards, 9 eye colours, teeth, tongue and the base', () => {
  const counts: Record<string, number> = {};
  for (const { kind } of styleLayers()) counts[kind] = (counts[kind] ?? 0) + 1;
  expect(counts).toEqual({ base: 1, hair: 21, cloth: 7, brow: 6, beard: 6, eye: 9, mouth: 2 });
  expect(new Set(styleLayers().map(({ name }) => name)).size).toBe(52);
});
