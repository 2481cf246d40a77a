import type { ExpressionWeights } from './person.ts';

function bothSides(name: string, weight = 1): ExpressionWeights {
  return { [`arkit/${name}Left`]: weight, [`arkit/${name}Right`]: weight };
}

/** Poses that round or shut the lips take back part of the smile at rest. */
const lessSmile = (weight: number) => bothSides('mouthSmile', -weight);

const BY_NAME = {
  blink: { 'eye-left-closure': 1, 'eye-right-closure': 1 },
  jawOpen: { 'arkit/jawOpen': 1 },
  aa: { 'arkit/viseme_aa': 1, ...lessSmile(0.1) },
  ee: { 'arkit/viseme_I': 0.8, ...bothSides('mouthStretch', 0.25), ...bothSides('mouthUpperUp', 0.25) },
  oo: { 'arkit/viseme_U': 0.7, 'arkit/mouthFunnel': 0.55, 'arkit/jawOpen': 0.06, ...lessSmile(0.5) },
  oh: { 'arkit/viseme_O': 1, 'arkit/mouthFunnel': 0.25, ...lessSmile(0.42) },
  fv: { 'arkit/viseme_FF': 1, ...lessSmile(0.1) },
  mm: { 'arkit/viseme_PP': 0.8, ...lessSmile(0.1) },
  SS: { 'arkit/viseme_SS': 1 },
  TH: { 'arkit/viseme_TH': 1 },
  CH: { 'arkit/viseme_CH': 1 },
  E: { 'arkit/viseme_E': 1 },
  smile: { ...bothSides('mouthSmile', 0.4), ...bothSides('mouthUpperUp', 0.35), ...bothSides('cheekSquint', 0.5) },
  browUp: { 'eyebrows-left-up': 0.8, 'eyebrows-right-up': 0.8 },
  browDown: bothSides('browDown'),
  squint: bothSides('eyeSquint'),
} as const satisfies Record<string, ExpressionWeights>;

export type ExpressionName = keyof typeof BY_NAME;

/** Every expression of the puppet, as morph target weights that are added to the face at rest. */
export const EXPRESSIONS: Readonly<Record<ExpressionName, ExpressionWeights>> = BY_NAME;

/** Names in the order in which the expressions follow one another in every geometry file and in the contract. */
export const EXPRESSION_NAMES: readonly ExpressionName[] = Object.keys(BY_NAME) as ExpressionName[];
