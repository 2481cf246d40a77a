/** Expression weights, as the puppet takes them, to the mouths and eyes that the cartoon has. */
import type { Expression, ExpressionWeights } from '../expressions.ts';

export interface CartoonExpression {
  /** `rest` is the closed mouth of the face's attributes. */
  readonly mouth: 'rest' | 'bigSmile' | 'surprise' | 'smirk';
  readonly eyes: 'open' | 'sleep' | 'happy';
}

/** Visemes by the mouth that shows them: open with teeth, round, narrow. */
const MOUTHS: readonly (readonly [mouth: CartoonExpression['mouth'], expressions: readonly Expression[]])[] = [
  ['bigSmile', ['aa', 'ee', 'E', 'jawOpen']],
  ['surprise', ['oo', 'oh']],
  ['smirk', ['mm', 'fv', 'SS', 'TH', 'CH']],
];
/** Below this the mouth counts as closed: a cartoon's mouth is all or nothing, and must not flicker. */
const LEAST_WEIGHT = 0.25;
const SHUT_FROM = 0.5;
const HAPPY_FROM = 0.6;

/** The strongest group of visemes wins. */
export function cartoonExpression(weights: ExpressionWeights): CartoonExpression {
  let mouth: CartoonExpression['mouth'] = 'rest';
  let strongest = LEAST_WEIGHT;
  for (const [candidate, expressions] of MOUTHS) {
    const weight = Math.max(...expressions.map((expression) => weights[expression] ?? 0));
    if (weight > strongest) [mouth, strongest] = [candidate, weight];
  }
  const shut = (weights.blink ?? 0) >= SHUT_FROM;
  return { mouth, eyes: shut ? 'sleep' : (weights.smile ?? 0) >= HAPPY_FROM ? 'happy' : 'open' };
}
