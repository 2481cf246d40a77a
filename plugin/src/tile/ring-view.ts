/** The ring around the medallion that closes while the face takes shape. */
import { Graphics } from 'pixi.js';
import type { Circle } from './portrait-layout.ts';

const TOP = -Math.PI / 2;

export class RingView {
  readonly graphics = new Graphics();
  #circle: Circle = { x: 0, y: 0, radius: 0 };
  #colour = 0xffffff;
  #drawn = '';

  resize(circle: Circle, colour: number): void {
    this.#circle = circle;
    this.#colour = colour;
    this.#drawn = '';
  }

  /** `progress` and `opacity` 0..1. */
  paint(progress: number, opacity: number): void {
    this.graphics.visible = opacity > 0.01;
    this.graphics.alpha = opacity;
    // A third of a degree at most between redraws.
    const key = progress.toFixed(3);
    if (!this.graphics.visible || key === this.#drawn) return;
    this.#drawn = key;
    const { x, y, radius } = this.#circle;
    const color = this.#colour;
    const width = Math.max(1.5, 0.055 * radius);
    const at = radius + 2 * width;
    this.graphics.clear().circle(x, y, at).stroke({ width, color, alpha: 0.16 });
    if (progress <= 0) return;
    this.graphics
      .moveTo(x, y - at)
      .arc(x, y, at, TOP, TOP + 2 * Math.PI * Math.min(1, progress))
      .stroke({ width, color, alpha: 0.95, cap: 'round' });
  }

  close(): void {
    this.graphics.destroy();
  }
}
