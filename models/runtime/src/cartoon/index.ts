/**
 * The door of @timbre/models/cartoon: the same code and style as a cartoon, without a face decoder. Drawn by DiceBear from
 * "Personas" by Draftbit (CC BY 4.0); whoever shows it keeps `CARTOON_ATTRIBUTION` beside it or in its file.
 */
export { type CartoonAttributes, cartoonAttributes } from './cartoon-attributes.ts';
export { type CartoonExpression, cartoonExpression } from './cartoon-expression.ts';
export { CARTOON_ATTRIBUTION, type CartoonOptions, cartoonSvg } from './cartoon-svg.ts';
export { type CartoonHair, cartoonBeard, cartoonHair } from './cartoon-wardrobe.ts';
