/** A cartoon's attributes to SVG, by DiceBear. No DOM: the SVG is text. */
import { createAvatar, type Style, type StyleCreateProps } from '@dicebear/core';
import * as personas from '@dicebear/personas';
import type { CartoonAttributes } from './cartoon-attributes.ts';
import type { CartoonExpression } from './cartoon-expression.ts';
import { relit } from './cartoon-light.ts';

/** To be kept wherever a cartoon is shown or stored; the SVG itself holds it as RDF metadata. */
export const CARTOON_ATTRIBUTION = 'Cartoon parts: "Personas" by Draftbit (https://personas.draftbit.com), CC BY 4.0';

export interface CartoonOptions {
  /** Default: at rest. */
  readonly expression?: CartoonExpression;
  /** Pixels of width and height that the SVG names; it scales anyway. Default: none. */
  readonly size?: number;
}

const REST: CartoonExpression = { mouth: 'rest', eyes: 'open' };
/** The parts are drawn in a square of 64; figures grow from the middle of its lower edge. */
const FOOT = { x: 32, y: 64 };

/** Square SVG. The same attributes always give the same text. */
export function cartoonSvg(attributes: CartoonAttributes, { expression = REST, size }: CartoonOptions = {}): string {
  const { body, nose, mouth, hair, beard, skinColour, hairColour, clothesColour, background } = attributes;
  return createAvatar(fittedPersonas(attributes), {
    // Nothing is left to chance, but the library wants a seed.
    seed: 'timbre',
    body: [body],
    nose: [nose],
    mouth: [expression.mouth === 'rest' ? mouth : expression.mouth],
    eyes: [expression.eyes],
    hair: [hair],
    facialHair: beard ? [beard] : [],
    facialHairProbability: beard ? 100 : 0,
    skinColor: [bare(skinColour)],
    hairColor: [bare(hairColour)],
    clothingColor: [bare(clothesColour)],
    backgroundColor: [bare(background[0])],
    ...(size === undefined ? {} : { size }),
  }).toString();
}

/** The library's style with its figure wider or taller, and lit; the background stays. */
function fittedPersonas({ width, height, skinColour }: CartoonAttributes): Style<personas.Options> {
  const round = (value: number) => Number(value.toFixed(3));
  const move = `translate(${FOOT.x} ${FOOT.y}) scale(${round(width)} ${round(height)}) translate(${-FOOT.x} ${-FOOT.y})`;
  return {
    meta: personas.meta,
    schema: personas.schema,
    create: (props: StyleCreateProps<personas.Options>) => {
      const made = personas.create(props);
      return { ...made, body: `<g transform="${move}">${relit(made.body, skinColour)}</g>` };
    },
  };
}

/** The library wants colours without `#`. */
function bare(colour: string): string {
  return colour.replace(/^#/, '').toLowerCase();
}
