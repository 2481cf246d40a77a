import type { AssetPack } from './asset-pack.ts';
import { clamp01, smoothstep } from './interpolation.ts';
import { expressionTargets, identityTargets, type MacroParameters, type TargetWeight } from './macro-weights.ts';
import { addMorphTargets, centroid } from './morph-targets.ts';
import { MouthCorrectives } from './mouth-correctives.ts';
import { lidRaise } from './open-lids.ts';
import type { ExpressionWeights, Person } from './person.ts';
import { StylizeWarp } from './stylize-warp.ts';

/** What the rig reads of a person. */
export type RigParameters = MacroParameters & Partial<Pick<Person, 'detail' | 'rest' | 'expr' | 'stylize'>>;

/** A head at rest and with its expression: positions of all base vertices in decimetres. The same array without one. */
export interface HeadShapes {
  readonly neutral: Float32Array;
  readonly posed: Float32Array;
}

/** Where a head is in its picture; decimetres. */
export interface HeadFrame {
  /** Height of the top of the head. */
  readonly top: number;
  /** From the chin to the top. */
  readonly height: number;
  /** Depth of the head's joint. */
  readonly z: number;
}

/** Heights of the base head. */
const BASE_EYE_Y = 7.28;
const SHOULDERS_BELOW_Y = 6.1;

/** What the head at rest depends on. */
const HEAD_FIELDS = ['sex', 'age', 'weight', 'muscle', 'eth', 'detail', 'rest', 'stylize'] as const;

interface RestingHead {
  readonly person: RigParameters;
  readonly unwarped: Float32Array;
  readonly warped: Float32Array;
  readonly openLids: readonly TargetWeight[];
  readonly warp: StylizeWarp;
}

/** What a blink takes back of lids that were raised at rest. */
function closedAgain(raised: readonly TargetWeight[], expression: ExpressionWeights): TargetWeight[] {
  return raised.map(([name, weight]) => {
    const side = name.includes('left') ? 'left' : 'right';
    return [name, -weight * (expression[`eye-${side}-closure`] ?? 0)];
  });
}

/** From a person's parameters to vertex positions of the base mesh and of the proxies that hang on it. */
export class FaceRig {
  readonly base: Float32Array;
  readonly #pack: AssetPack;
  readonly #body: Uint16Array;
  readonly #noseTip: Uint16Array;
  readonly #correctives: MouthCorrectives;
  #lastHead: RestingHead | null = null;
  readonly #proxies = new Map<string, { refs: Uint16Array; weights: Float32Array; offsets: Float32Array }>();

  constructor(pack: AssetPack) {
    const base = pack.floats('base.pos');
    this.base = base;
    this.#pack = pack;
    this.#body = pack.group('body');
    this.#noseTip = this.#body.filter((vertex) => {
      const [x, y, z] = base.subarray(vertex * 3, vertex * 3 + 3);
      return Math.abs(x) < 0.12 && y > 6.75 && y < 7.1 && z > 1.4;
    });
    this.#correctives = new MouthCorrectives(pack, base);
  }

  /** Identity and rest expression, then the expression on top; both bent by the same warp. */
  shapes(person: RigParameters): HeadShapes {
    const head = this.#restingHead(person);
    const expression = person.expr ?? {};
    if (Object.keys(expression).length === 0) return { neutral: head.warped, posed: head.warped };
    const posed = Float32Array.from(head.unwarped);
    addMorphTargets(this.#pack, posed, expressionTargets(person, expression));
    addMorphTargets(this.#pack, posed, closedAgain(head.openLids, expression));
    this.#correctives.apply(posed, head.unwarped);
    head.warp.apply(posed, this.base);
    this.#dropShoulders(posed, head.warped);
    return { neutral: head.warped, posed };
  }

  /** The head at rest. The last one is kept: a person is posed many times in a row. */
  #restingHead(person: RigParameters): RestingHead {
    const last = this.#lastHead;
    if (last && HEAD_FIELDS.every((field) => last.person[field] === person[field])) return last;
    const unwarped = Float32Array.from(this.base);
    addMorphTargets(this.#pack, unwarped, identityTargets(person));
    addMorphTargets(this.#pack, unwarped, expressionTargets(person, person.rest ?? {}));
    const openLids = this.#openLids(unwarped, person);
    const warp = this.#warpOf(unwarped, person);
    const warped = Float32Array.from(unwarped);
    warp.apply(warped, this.base);
    this.#dropShoulders(warped, warped);
    this.#lastHead = { person: { ...person }, unwarped, warped, openLids, warp };
    return this.#lastHead;
  }

  /** Positions of a proxy (garment, eyes, teeth, ...) on the coarse head, before any subdivision. */
  fitProxy(name: string, head: Float32Array): Float32Array {
    const { refs, weights, offsets } = this.#proxy(name);
    const { scale } = this.#pack.proxy(name);
    const scales = (['x', 'y', 'z'] as const).map((axis, d) => {
      const rule = scale[axis];
      return rule ? Math.abs(head[rule[0] * 3 + d] - head[rule[1] * 3 + d]) / rule[2] : 1;
    });
    const fitted = new Float32Array(refs.length);
    for (let i = 0; i < refs.length; i += 3) {
      for (let d = 0; d < 3; d++) {
        fitted[i + d] =
          head[refs[i] * 3 + d] * weights[i] +
          head[refs[i + 1] * 3 + d] * weights[i + 1] +
          head[refs[i + 2] * 3 + d] * weights[i + 2] +
          offsets[i + d] * scales[d];
      }
    }
    return fitted;
  }

  frame(neutral: Float32Array): HeadFrame {
    let top = -9;
    for (const vertex of this.#body) {
      if (Math.abs(neutral[vertex * 3]) < 0.4) top = Math.max(top, neutral[vertex * 3 + 1]);
    }
    const jaw = centroid(neutral, this.#pack.group('joint-jaw'));
    const head = centroid(neutral, this.#pack.group('joint-head'));
    return { top, height: top - (jaw[1] - 0.1), z: head[2] };
  }

  /** Nobody of the illustrated look looks through nearly shut eyes at rest. */
  #openLids(neutral: Float32Array, person: RigParameters): readonly TargetWeight[] {
    const stylize = person.stylize ?? 0;
    if (stylize === 0) return [];
    const unit = expressionTargets(person, { 'eye-left-opened-up': 1, 'eye-right-opened-up': 1 });
    const raised = Float32Array.from(neutral);
    addMorphTargets(this.#pack, raised, unit);
    const raise = stylize * lidRaise(neutral, raised);
    const targets = unit.map(([name, weight]): TargetWeight => [name, weight * raise]);
    addMorphTargets(this.#pack, neutral, targets);
    return targets;
  }

  #proxy(name: string) {
    let proxy = this.#proxies.get(name);
    if (!proxy) {
      const pack = this.#pack;
      const [refs, weights, offsets] = [pack.ids(`${name}.ref`), pack.floats(`${name}.w`), pack.floats(`${name}.off`)];
      proxy = { refs, weights, offsets };
      this.#proxies.set(name, proxy);
    }
    return proxy;
  }

  #warpOf(neutral: Float32Array, person: RigParameters): StylizeWarp {
    const of = (group: string) => centroid(neutral, this.#pack.group(group));
    let tip = this.#noseTip[0];
    for (const vertex of this.#noseTip) if (neutral[vertex * 3 + 2] > neutral[tip * 3 + 2]) tip = vertex;
    const anchors = {
      leftEye: of('helper-l-eye'),
      rightEye: of('helper-r-eye'),
      noseTip: [0, neutral[tip * 3 + 1], neutral[tip * 3 + 2]] as const,
      jaw: of('joint-jaw'),
      neck: of('joint-neck'),
    };
    return new StylizeWarp(anchors, { stylize: person.stylize ?? 0, childness: clamp01((17 - person.age) / 9) });
  }

  /** The base mesh stands with its arms out: slope the shoulders a little. */
  #dropShoulders(positions: Float32Array, neutral: Float32Array): void {
    const eye = this.#pack.group('helper-l-eye')[0];
    const scale = neutral[eye * 3 + 1] / BASE_EYE_Y;
    for (let i = 0; i < positions.length; i += 3) {
      if (this.base[i + 1] > SHOULDERS_BELOW_Y) continue;
      const outside = Math.max(0, Math.abs(this.base[i]) - 0.75);
      if (outside > 0) positions[i + 1] -= 0.34 * outside * smoothstep(0, 1.2, outside) * scale;
    }
  }
}
