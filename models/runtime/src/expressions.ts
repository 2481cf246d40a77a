/** Expressions that the face decoder gives offsets for, in the order of the model contract: a blink, visemes, moods. */
export const EXPRESSIONS = [
  'blink',
  'jawOpen',
  'aa',
  'ee',
  'oo',
  'oh',
  'fv',
  'mm',
  'SS',
  'TH',
  'CH',
  'E',
  'smile',
  'browUp',
  'browDown',
  'squint',
] as const;

export type Expression = (typeof EXPRESSIONS)[number];

/** 0 (off) to 1 (full) per expression; what is left out is off. */
export type ExpressionWeights = Partial<Record<Expression, number>>;
