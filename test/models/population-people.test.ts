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

/** Fingerprints of people that the second generation's weights are trained on. */
const KNOWN_PEOPLE = [
  { seed: 1, illustrated: '8f67ea0922228396', natural: '86eba3636007ff34', identity: '2b3080419d587bd2' },
  { seed: 7, illustrated: 'ebdaf91f43f36eec', natural: 'b05790dbd7954773', identity: 'a4c954e85f77f629' },
  { seed: 100, illustrated: 'bf9d6b6adca03b7a', natural: '25a987c95f9c2ac8', identity: '2b1278b351a73c63' },
  { seed: 1000, illustrated: '4072ceeeade9a37c', natural: '643eebc195477e05', identity: '68cc010b0eef5e1e' },
  { seed: 1003, illustrated: '1061b214130a41d7', natural: 'd3db229e4b78a4fd', identity: '4bd8d66457d5745b' },
  { seed: 2499, illustrated: '1f8db404d4591372', natural: 'b2cde789ed46cb7c', identity: 'bb43f05ab9ee6a11' },
];

describe('people', () => {
  test.each(KNOWN_PEOPLE)('of seed $seed are the ones that the weights are trained on', (known) => {
    expect(fingerprint(samplePerson(known.seed))).toBe(known.illustrated);
    expect(fingerprint(samplePerson(known.seed, { look: 'natural' }))).toBe(known.natural);
    expect(fingerprint(identityPerson(known.seed))).toBe(known.identity);
  });

  test('with options and the mean person are the ones that the weights are trained on', () => {
    expect(fingerprint(samplePerson(42, { age: 9, sex: 0.2, hair: 'bob', toneT: 0.8 }))).toBe('32f0aa420a9103bc');
    expect(fingerprint(meanPerson())).toBe('8f018a9c92e093a3');
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

  test('in a headscarf or a turban wear a colour of cloth, with hair a colour of hair', () => {
    const cloth = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      cloth.add(samplePerson(seed, { hair: 'headscarf' }).hairColor);
      expect(samplePerson(seed, { hair: 'turban', hairColor: '#abcdef' }).hairColor).toBe('#abcdef');
    }
    const hair = new Set(Array.from({ length: 40 }, (_, seed) => samplePerson(seed, { hair: 'crop' }).hairColor));
    expect(cloth.size).toBeGreaterThan(8);
    expect([...cloth].filter((colour) => hair.has(colour))).toEqual([]);
  });

  test('have the same skin relief at every tone, and age without a step', () => {
    const at = (age: number, toneT: number) => {
      const { skin, skin2, skinMix } = samplePerson(9, { age, toneT });
      return { [skin]: 1 - skinMix, [skin2]: skinMix } as Record<string, number>;
    };
    for (let age = 8; age < 80; age += 0.5) {
      expect(at(age, 0.05)).toEqual(at(age, 0.95));
      const [now, later] = [at(age, 0.5), at(age + 0.5, 0.5)];
      for (const skin of new Set([...Object.keys(now), ...Object.keys(later)])) {
        expect(Math.abs((now[skin] ?? 0) - (later[skin] ?? 0)), `${skin} at ${age}`).toBeLessThan(0.03);
      }
    }
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

test('style layers are 28 hair styles, 7 garments, 6 brows, 6 beards, 9 eye colours, teeth, tongue and the base', () => {
  const counts: Record<string, number> = {};
  for (const { kind } of styleLayers()) counts[kind] = (counts[kind] ?? 0) + 1;
  expect(counts).toEqual({ base: 1, hair: 28, cloth: 7, brow: 6, beard: 6, eye: 9, mouth: 2 });
  expect(new Set(styleLayers().map(({ name }) => name)).size).toBe(59);
});
