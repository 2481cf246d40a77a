/** Names of the two morph targets that pull a modifier down and up, e.g. `chin/chin-width-decr` and `...-incr`. */
export type Poles = readonly [low: string, high: string];

export const DECR_INCR: Poles = ['decr', 'incr'];
export const IN_OUT: Poles = ['in', 'out'];
export const DOWN_UP: Poles = ['down', 'up'];
export const BACKWARD_FORWARD: Poles = ['backward', 'forward'];
export const CONCAVE_CONVEX: Poles = ['concave', 'convex'];
export const COMPRESS_UNCOMPRESS: Poles = ['compress', 'uncompress'];

/** A shape modifier with two ends. `$` in the name stands for both sides of the face (`l`, `r`). */
export interface ShapeModifier {
  readonly name: string;
  readonly poles: Poles;
  /** Standard deviation of the random value, before the overall strength. */
  readonly sigma: number;
  /** Largest random value on either side. */
  readonly limit: number;
}

function bipolar(name: string, poles: Poles, sigma = 0.22, limit = 0.5): ShapeModifier {
  return { name, poles, sigma, limit };
}

/**
 * Every modifier that a random person draws, in the order of the draws. The spreads are deliberately narrow: sliders
 * pushed to their ends look like sliders.
 */
export const SHAPE_MODIFIERS: readonly ShapeModifier[] = [
  bipolar('head/head-scale-depth', DECR_INCR, 0.2),
  bipolar('head/head-scale-horiz', DECR_INCR, 0.22, 0.45),
  bipolar('head/head-scale-vert', DECR_INCR, 0.14, 0.3),
  bipolar('head/head-fat', DECR_INCR, 0.22, 0.45),
  bipolar('head/head-angle', IN_OUT, 0.15, 0.35),
  bipolar('head/head-back-scale-depth', DECR_INCR, 0.2),
  bipolar('forehead/forehead-nubian', DECR_INCR, 0.12, 0.25),
  bipolar('forehead/forehead-scale-vert', DECR_INCR, 0.14, 0.28),
  bipolar('forehead/forehead-temple', DECR_INCR, 0.25),
  bipolar('forehead/forehead-trans', BACKWARD_FORWARD, 0.2, 0.4),
  bipolar('eyebrows/eyebrows-angle', DOWN_UP, 0.08, 0.15),
  bipolar('eyebrows/eyebrows-trans', BACKWARD_FORWARD, 0.2, 0.4),
  bipolar('eyebrows/eyebrows-trans', DOWN_UP, 0.2, 0.35),
  bipolar('eyes/$-eye-bag', DECR_INCR, 0.2, 0.4),
  bipolar('eyes/$-eye-bag-height', DECR_INCR, 0.2, 0.4),
  bipolar('eyes/$-eye-corner1', DOWN_UP, 0.25),
  bipolar('eyes/$-eye-corner2', DOWN_UP, 0.28, 0.55),
  bipolar('eyes/$-eye-epicanthus', IN_OUT, 0.3, 0.6),
  bipolar('eyes/$-eye-eyefold-angle', DOWN_UP, 0.25),
  bipolar('eyes/$-eye-eyefold', CONCAVE_CONVEX, 0.25),
  bipolar('eyes/$-eye-eyefold', DOWN_UP, 0.25),
  bipolar('eyes/$-eye-height1', DECR_INCR, 0.15, 0.3),
  bipolar('eyes/$-eye-height2', DECR_INCR, 0.15, 0.3),
  bipolar('eyes/$-eye-height3', DECR_INCR, 0.15, 0.3),
  bipolar('eyes/$-eye-push1', IN_OUT, 0.2, 0.4),
  bipolar('eyes/$-eye-push2', IN_OUT, 0.2, 0.4),
  bipolar('eyes/$-eye-scale', DECR_INCR, 0.14, 0.3),
  bipolar('eyes/$-eye-trans', IN_OUT, 0.22, 0.45),
  bipolar('eyes/$-eye-trans', DOWN_UP, 0.15, 0.3),
  bipolar('nose/nose-base', DOWN_UP, 0.25),
  bipolar('nose/nose-compression', COMPRESS_UNCOMPRESS, 0.25),
  bipolar('nose/nose-curve', CONCAVE_CONVEX, 0.28, 0.55),
  bipolar('nose/nose-flaring', DECR_INCR, 0.25),
  bipolar('nose/nose-greek', DECR_INCR, 0.2, 0.4),
  bipolar('nose/nose-hump', DECR_INCR, 0.28, 0.55),
  bipolar('nose/nose-nostrils-angle', DOWN_UP, 0.25),
  bipolar('nose/nose-nostrils-width', DECR_INCR, 0.25),
  bipolar('nose/nose-point', DOWN_UP, 0.28, 0.55),
  bipolar('nose/nose-point-width', DECR_INCR, 0.28, 0.55),
  bipolar('nose/nose-scale-depth', DECR_INCR, 0.25),
  bipolar('nose/nose-scale-horiz', DECR_INCR, 0.28, 0.55),
  bipolar('nose/nose-scale-vert', DECR_INCR, 0.25),
  bipolar('nose/nose-septumangle', DECR_INCR),
  bipolar('nose/nose-trans', DOWN_UP, 0.15, 0.3),
  bipolar('nose/nose-volume', DECR_INCR, 0.22, 0.45),
  bipolar('nose/nose-width1', DECR_INCR, 0.28),
  bipolar('nose/nose-width2', DECR_INCR, 0.28),
  bipolar('nose/nose-width3', DECR_INCR, 0.28),
  bipolar('mouth/mouth-angles', DOWN_UP, 0.18, 0.35),
  bipolar('mouth/mouth-cupidsbow', DECR_INCR, 0.28, 0.55),
  bipolar('mouth/mouth-cupidsbow-width', DECR_INCR, 0.25),
  bipolar('mouth/mouth-dimples', IN_OUT, 0.2, 0.4),
  bipolar('mouth/mouth-laugh-lines', IN_OUT, 0.2, 0.4),
  bipolar('mouth/mouth-lowerlip-height', DECR_INCR, 0.25),
  bipolar('mouth/mouth-lowerlip-volume', DECR_INCR, 0.25),
  bipolar('mouth/mouth-lowerlip-width', DECR_INCR),
  bipolar('mouth/mouth-philtrum-volume', DECR_INCR, 0.25),
  bipolar('mouth/mouth-scale-depth', DECR_INCR, 0.2, 0.4),
  bipolar('mouth/mouth-scale-horiz', DECR_INCR, 0.28),
  bipolar('mouth/mouth-scale-vert', DECR_INCR, 0.25),
  bipolar('mouth/mouth-trans', DOWN_UP, 0.15, 0.3),
  bipolar('mouth/mouth-upperlip-height', DECR_INCR, 0.25),
  bipolar('mouth/mouth-upperlip-volume', DECR_INCR, 0.25),
  bipolar('mouth/mouth-upperlip-width', DECR_INCR),
  bipolar('chin/chin-bones', DECR_INCR, 0.25),
  bipolar('chin/chin-cleft', DECR_INCR, 0.2),
  bipolar('chin/chin-height', DECR_INCR, 0.16, 0.32),
  bipolar('chin/chin-jaw-drop', DECR_INCR, 0.18),
  bipolar('chin/chin-prognathism', DECR_INCR, 0.18, 0.35),
  bipolar('chin/chin-prominent', DECR_INCR, 0.22, 0.45),
  bipolar('chin/chin-width', DECR_INCR, 0.28, 0.55),
  bipolar('cheek/$-cheek-bones', DECR_INCR, 0.28, 0.55),
  bipolar('cheek/$-cheek-inner', DECR_INCR, 0.25),
  bipolar('cheek/$-cheek-trans', DOWN_UP),
  bipolar('cheek/$-cheek-volume', DECR_INCR, 0.25),
  bipolar('ears/$-ear-lobe', DECR_INCR, 0.3),
  bipolar('ears/$-ear-scale', DECR_INCR, 0.22, 0.45),
  bipolar('ears/$-ear-scale-vert', DECR_INCR, 0.2, 0.4),
  bipolar('ears/$-ear-wing', DECR_INCR, 0.22, 0.45),
  bipolar('ears/$-ear-rot', BACKWARD_FORWARD, 0.2, 0.4),
  bipolar('neck/neck-scale-horiz', DECR_INCR, 0.2, 0.4),
  bipolar('neck/neck-scale-vert', DECR_INCR, 0.18, 0.35),
  bipolar('neck/neck-double', DECR_INCR, 0.15, 0.4),
];

/** Overall head shapes; one is mixed in lightly. The oval is twice as likely. */
export const HEAD_SHAPES: readonly string[] = [
  'head/head-oval',
  'head/head-round',
  'head/head-square',
  'head/head-rectangular',
  'head/head-oval',
];
