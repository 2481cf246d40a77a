/** Small gradients that are painted here instead of fetched: shadows, lashes, catch-lights, backgrounds. */
import {
  BACKGROUND_GRADIENT,
  CATCH_LIGHT_GRADIENT,
  type GradientStop,
  LASH_GRADIENT,
  SHADOW_GRADIENT,
} from '@timbre/models';
import { Texture } from 'pixi.js';

export interface PaintTextures {
  /** Across a shadow strip: v = 0 at the edge, 1 outside. */
  readonly shadow: Texture;
  readonly lash: Texture;
  readonly catchLight: Texture;
  close(): void;
}

export function paintTextures(): PaintTextures {
  const shadow = painted(4, 32, (context) => strip(context, SHADOW_GRADIENT));
  const lash = painted(4, 32, (context) => strip(context, LASH_GRADIENT));
  const catchLight = painted(64, 64, (context) => {
    const gradient = context.createRadialGradient(32, 32, 0, 32, 32, 32);
    addStops(gradient, CATCH_LIGHT_GRADIENT);
    context.fillStyle = gradient;
    context.fillRect(0, 0, 64, 64);
  });
  return {
    ...{ shadow, lash, catchLight },
    close() {
      for (const texture of [shadow, lash, catchLight]) texture.destroy(true);
    },
  };
}

/** The style's radial background as a square. The caller destroys it. */
export function backgroundTexture([inner, outer]: readonly [string, string]): Texture {
  const size = 256;
  const { x, y, innerRadius, outerRadius } = BACKGROUND_GRADIENT;
  return painted(size, size, (context) => {
    const [cx, cy] = [x * size, y * size];
    const gradient = context.createRadialGradient(cx, cy, innerRadius * size, cx, cy, outerRadius * size);
    gradient.addColorStop(0, inner);
    gradient.addColorStop(1, outer);
    context.fillStyle = gradient;
    context.fillRect(0, 0, size, size);
  });
}

function strip(context: CanvasRenderingContext2D, stops: readonly GradientStop[]): void {
  const { width, height } = context.canvas;
  const gradient = context.createLinearGradient(0, 0, 0, height);
  addStops(gradient, stops);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}

function addStops(gradient: CanvasGradient, stops: readonly GradientStop[]): void {
  for (const { at, colour, opacity } of stops) gradient.addColorStop(at, `rgba(${colour.join(',')},${opacity})`);
}

function painted(width: number, height: number, paint: (context: CanvasRenderingContext2D) => void): Texture {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context) paint(context);
  return Texture.from(canvas, true);
}
