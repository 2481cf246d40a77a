/** The mark on every generated face. Part of the picture, so that captured and exported frames carry it too. */
import { Container, Graphics, Text } from 'pixi.js';
import { TILE_FONT } from './placeholder-view.ts';

export class BadgeView {
  readonly container = new Container();
  readonly #pill = new Graphics();
  readonly #label: Text;

  constructor(label: string) {
    this.#label = new Text({
      text: label,
      anchor: 0.5,
      style: { fontFamily: TILE_FONT, fontWeight: '700', fill: 0xffffff, letterSpacing: 0 },
    });
    this.container.addChild(this.#pill, this.#label);
  }

  /** In the upper left corner. Sizes in device pixels; `pixelRatio` of them make a CSS pixel. */
  resize(width: number, height: number, pixelRatio: number): void {
    const shorter = Math.min(width, height) / pixelRatio;
    const css = Math.min(22, Math.max(11, 0.085 * shorter));
    const tall = Math.round(css * pixelRatio);
    const margin = Math.round(Math.min(10, 0.05 * shorter) * pixelRatio);
    this.#label.style.fontSize = 0.6 * tall;
    this.#label.style.letterSpacing = 0.03 * tall;
    const wide = Math.round(this.#label.width + 0.7 * tall);
    this.#pill
      .clear()
      .roundRect(0, 0, wide, tall, 0.32 * tall)
      .fill({ color: 0x10131a, alpha: 0.62 });
    this.#label.position.set(wide / 2, tall / 2);
    this.container.position.set(margin, margin);
  }

  /** 0..1. */
  paint(opacity: number): void {
    this.container.alpha = opacity;
    this.container.visible = opacity > 0.01;
  }

  close(): void {
    this.container.destroy({ children: true });
  }
}
