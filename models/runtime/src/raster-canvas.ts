/** The rasteriser's canvas: opaque, display space, drawn larger than asked for and averaged down at the end. */
import { type GradientStop, gradientAt } from './puppet-paint.ts';
import { visitTriangle } from './raster-triangle.ts';
import { samplePremultiplied, type Texture } from './texture.ts';

type Colour = readonly [red: number, green: number, blue: number];

const GRADIENT_STEPS = 64;

export class RasterCanvas {
  /** Pixels of the side, supersampling included. */
  readonly side: number;
  readonly #supersample: number;
  /** Red, green, blue 0..255 per pixel. */
  readonly #pixels: Float32Array;
  /** The number of the last shape that touched a pixel: where its triangles overlap it must not be blended twice. */
  readonly #touched: Uint32Array;
  #shape = 0;

  /** `size`: pixels of the finished square; `supersample`: samples per pixel and direction. */
  constructor(size: number, supersample: number) {
    this.side = size * supersample;
    this.#supersample = supersample;
    this.#pixels = new Float32Array(3 * this.side * this.side);
    this.#touched = new Uint32Array(this.side * this.side);
  }

  /** Lays a colour (0..255) over a pixel. */
  blend(pixel: number, red: number, green: number, blue: number, opacity: number): void {
    const first = 3 * pixel;
    const pixels = this.#pixels;
    pixels[first]! += opacity * (red - pixels[first]!);
    pixels[first + 1]! += opacity * (green - pixels[first + 1]!);
    pixels[first + 2]! += opacity * (blue - pixels[first + 2]!);
  }

  /** Lays a colour (0..1 per channel) over a square of samples, given by its left top one. */
  blendSquare(sample: number, span: number, colour: Float32Array, opacity: number): void {
    const red = 255 * colour[0]!;
    const green = 255 * colour[1]!;
    const blue = 255 * colour[2]!;
    for (let row = 0; row < span; row += 1) {
      for (let column = 0; column < span; column += 1) {
        this.blend(sample + row * this.side + column, red, green, blue, opacity);
      }
    }
  }

  /** Fills everything; centre and radii in fractions of the side. */
  radialGradient(
    inner: Colour,
    outer: Colour,
    at: { readonly x: number; readonly y: number; readonly innerRadius: number; readonly outerRadius: number },
  ): void {
    const { side } = this;
    for (let pixel = 0; pixel < side * side; pixel += 1) {
      const dx = ((pixel % side) + 0.5) / side - at.x;
      const dy = (Math.floor(pixel / side) + 0.5) / side - at.y;
      const radius = Math.sqrt(dx * dx + dy * dy);
      const t = Math.min(1, Math.max(0, (radius - at.innerRadius) / (at.outerRadius - at.innerRadius)));
      this.#pixels[3 * pixel] = inner[0] + t * (outer[0] - inner[0]);
      this.#pixels[3 * pixel + 1] = inner[1] + t * (outer[1] - inner[1]);
      this.#pixels[3 * pixel + 2] = inner[2] + t * (outer[2] - inner[2]);
    }
  }

  /** A textured rectangle: four corners in frame units (see Quad), `tint` 0..255 is multiplied in. */
  sprite(corners: Float32Array, texture: Texture, tint: Colour = [255, 255, 255]): void {
    const us = [0, 1, 1, 0] as const;
    const vs = [0, 0, 1, 1] as const;
    const sample = new Float32Array(4);
    this.#shape += 1;
    for (const [a, b, c] of [[0, 1, 2] as const, [0, 2, 3] as const]) {
      this.#fill(corners, a, b, c, (pixel, wa, wb, wc) => {
        samplePremultiplied(
          texture,
          wa * us[a] + wb * us[b] + wc * us[c],
          wa * vs[a] + wb * vs[b] + wc * vs[c],
          sample,
        );
        const opacity = sample[3]! / 255;
        if (opacity <= 0) return;
        const red = (sample[0]! / opacity) * (tint[0] / 255);
        const green = (sample[1]! / opacity) * (tint[1] / 255);
        const blue = (sample[2]! / opacity) * (tint[2] / 255);
        this.blend(pixel, red, green, blue, opacity);
      });
    }
  }

  /** A band whose colour runs across it; points as in Strip, frame units. */
  strip(points: Float32Array, gradient: readonly GradientStop[], opacity = 1): void {
    const stops = Array.from({ length: GRADIENT_STEPS + 1 }, (_, step) => gradientAt(gradient, step / GRADIENT_STEPS));
    const paint = (pixel: number, across: number) => {
      const stop = stops[Math.round(GRADIENT_STEPS * Math.min(1, Math.max(0, across)))]!;
      this.blend(pixel, ...stop.colour, stop.opacity * opacity);
    };
    this.#shape += 1;
    for (let place = 0; place < points.length / 4 - 1; place += 1) {
      const first = 2 * place;
      this.#fill(points, first, first + 1, first + 2, (pixel, _a, b) => paint(pixel, b));
      this.#fill(points, first + 1, first + 3, first + 2, (pixel, a, b) => paint(pixel, a + b));
    }
  }

  /** A disc with a gradient from its centre to its rim; centre and diameter in frame units. */
  disc(x: number, y: number, diameter: number, gradient: readonly GradientStop[], opacity: number): void {
    const radius = (diameter / 2) * this.side;
    this.#visitDisc(x * this.side, y * this.side, radius, (pixel, distance) => {
      const stop = gradientAt(gradient, distance / radius);
      this.blend(pixel, ...stop.colour, stop.opacity * opacity);
    });
  }

  /** A filled polygon with an outline of the same colour, `outline` wide; x, y pairs in frame units. */
  polygon(ring: Float32Array, colour: Colour, outline: number): void {
    this.#shape += 1;
    this.#fillRing(ring, colour);
    const radius = (outline / 2) * this.side;
    const step = Math.max(0.5, radius / 2);
    for (let place = 0; place < ring.length; place += 2) {
      const next = (place + 2) % ring.length;
      const dx = (ring[next]! - ring[place]!) * this.side;
      const dy = (ring[next + 1]! - ring[place + 1]!) * this.side;
      const discs = Math.ceil(Math.hypot(dx, dy) / step) + 1;
      for (let disc = 0; disc < discs; disc += 1) {
        const x = ring[place]! * this.side + (dx * disc) / discs;
        const y = ring[place + 1]! * this.side + (dy * disc) / discs;
        this.#visitDisc(x, y, radius, (pixel) => this.#touch(pixel, () => this.blend(pixel, ...colour, 1)));
      }
    }
  }

  /** The finished image: RGBA, opaque, averaged down to the size asked for. */
  finish(): Uint8ClampedArray {
    const size = this.side / this.#supersample;
    const out = new Uint8ClampedArray(4 * size * size);
    const samples = this.#supersample ** 2;
    for (let pixel = 0; pixel < size * size; pixel += 1) {
      const first = Math.floor(pixel / size) * this.#supersample * this.side + (pixel % size) * this.#supersample;
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (let row = 0; row < this.#supersample; row += 1) {
          for (let column = 0; column < this.#supersample; column += 1) {
            sum += this.#pixels[3 * (first + row * this.side + column) + channel]!;
          }
        }
        out[4 * pixel + channel] = sum / samples;
      }
      out[4 * pixel + 3] = 255;
    }
    return out;
  }

  #fill(
    points: Float32Array,
    a: number,
    b: number,
    c: number,
    visit: (pixel: number, a: number, b: number, c: number) => void,
  ): void {
    const corner = (id: number) => [points[2 * id]! * this.side, points[2 * id + 1]! * this.side] as const;
    visitTriangle(this.side, this.side, corner(a), corner(b), corner(c), (pixel, wa, wb, wc) =>
      this.#touch(pixel, () => visit(pixel, wa, wb, wc)),
    );
  }

  #touch(pixel: number, paint: () => void): void {
    if (this.#touched[pixel] === this.#shape) return;
    this.#touched[pixel] = this.#shape;
    paint();
  }

  /** Even-odd fill, row by row. */
  #fillRing(ring: Float32Array, colour: Colour): void {
    const { side } = this;
    for (let row = 0; row < side; row += 1) {
      const crossings = ringCrossings(ring, (row + 0.5) / side);
      for (let place = 0; place + 1 < crossings.length; place += 2) {
        const first = Math.max(0, Math.ceil(crossings[place]! * side - 0.5));
        const last = Math.min(side - 1, Math.floor(crossings[place + 1]! * side - 0.5));
        for (let column = first; column <= last; column += 1) {
          const pixel = row * side + column;
          this.#touch(pixel, () => this.blend(pixel, ...colour, 1));
        }
      }
    }
  }

  #visitDisc(x: number, y: number, radius: number, visit: (pixel: number, distance: number) => void): void {
    for (let row = Math.max(0, Math.floor(y - radius)); row <= Math.min(this.side - 1, y + radius); row += 1) {
      for (
        let column = Math.max(0, Math.floor(x - radius));
        column <= Math.min(this.side - 1, x + radius);
        column += 1
      ) {
        const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        if (distance <= radius) visit(row * this.side + column, distance);
      }
    }
  }
}

/** Where a horizontal line at `y` crosses the ring, from left to right. */
function ringCrossings(ring: Float32Array, y: number): number[] {
  const crossings: number[] = [];
  for (let place = 0; place < ring.length; place += 2) {
    const next = (place + 2) % ring.length;
    const from = ring[place + 1]!;
    const to = ring[next + 1]!;
    if (from > y === to > y) continue;
    crossings.push(ring[place]! + ((y - from) / (to - from)) * (ring[next]! - ring[place]!));
  }
  return crossings.sort((a, b) => a - b);
}
