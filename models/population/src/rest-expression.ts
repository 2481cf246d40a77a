import { lerp } from './interpolation.ts';
import type { PersonBasics } from './person.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Draws the friendly face at rest: a light smile, raised inner brows, opened lids. */
export function sampleRestExpression(random: SeededRandom, basics: PersonBasics): Record<string, number> {
  const { presentation, ageing, childness, stylize } = basics;
  const innerBrows = 0.1 + 0.18 * random.next();
  const brows = 0.06 + 0.12 * random.next();
  const smile = 0.34 + 0.16 * random.next() + (0.12 + 0.06 * presentation) * stylize * (1 - 0.3 * childness);
  const openLids = lerp(0.1 + 0.08 * ageing, 0.15 + 0.19 * stylize, presentation) * (1 - 0.8 * childness);
  const squint = 0.15 * stylize * (1 - childness) * (1 - 0.5 * ageing);
  return {
    'arkit/mouthSmileLeft': smile,
    'arkit/mouthSmileRight': smile,
    'mouth-compression': 0.14,
    'arkit/cheekSquintLeft': squint,
    'arkit/cheekSquintRight': squint,
    'arkit/browInnerUp': 0.25 + (0.15 + 0.25 * presentation) * stylize,
    'eye-left-opened-up': openLids,
    'eye-right-opened-up': openLids,
    'eyebrows-left-inner-up': innerBrows,
    'eyebrows-right-inner-up': innerBrows,
    'eyebrows-left-up': brows,
    'eyebrows-right-up': brows,
  };
}
