/** A decoded image: straight alpha, 4 bytes a texel, rows from the top. */
export interface Texture {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly pixels: Uint8Array | Uint8ClampedArray;
}

/** Bilinear sample at u, v (0..1 of the image), four channels 0..255 to `out`; clamped at the edges. */
export function sampleTexture({ width, height, pixels }: Texture, u: number, v: number, out: Float32Array): void {
  const x = Math.min(width - 1, Math.max(0, u * width - 0.5));
  const y = Math.min(height - 1, Math.max(0, v * height - 0.5));
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fx = x - left;
  const fy = y - top;
  const right = left + 1 < width ? 4 : 0;
  const below = top + 1 < height ? 4 * width : 0;
  const first = 4 * (top * width + left);
  for (let channel = 0; channel < 4; channel += 1) {
    const texel = first + channel;
    const upper = pixels[texel]! + fx * (pixels[texel + right]! - pixels[texel]!);
    const lower = pixels[texel + below]! + fx * (pixels[texel + below + right]! - pixels[texel + below]!);
    out[channel] = upper + fy * (lower - upper);
  }
}

/** Bilinear sample of one channel (0 red to 3 alpha), 0..255: to find out cheaply that there is nothing to paint. */
export function sampleChannel({ width, height, pixels }: Texture, u: number, v: number, channel: number): number {
  const x = Math.min(width - 1, Math.max(0, u * width - 0.5));
  const y = Math.min(height - 1, Math.max(0, v * height - 0.5));
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = left + 1 < width ? 4 : 0;
  const below = top + 1 < height ? 4 * width : 0;
  const texel = 4 * (top * width + left) + channel;
  const upper = pixels[texel]! + (x - left) * (pixels[texel + right]! - pixels[texel]!);
  const lower = pixels[texel + below]! + (x - left) * (pixels[texel + below + right]! - pixels[texel + below]!);
  return upper + (y - top) * (lower - upper);
}

/** A rectangle of an image, u and v 0..1. */
export interface UvBounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where a channel isn't 0, between two columns given in u; one texel of margin, for what bilinear samples reach. */
export function channelBounds(texture: Texture, channel: number, fromU: number, toU: number): UvBounds {
  const { width, height, pixels } = texture;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let row = 0; row < height; row += 1) {
    for (let column = Math.floor(fromU * width); column < Math.ceil(toU * width); column += 1) {
      if (pixels[4 * (row * width + column) + channel] === 0) continue;
      left = Math.min(left, column);
      right = Math.max(right, column);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row);
    }
  }
  return {
    left: (left - 1) / width,
    top: (top - 1) / height,
    right: (right + 2) / width,
    bottom: (bottom + 2) / height,
  };
}

/** Like `sampleTexture` with colours premultiplied by their alpha: texels outside a shape don't bleed into its edge. */
export function samplePremultiplied(texture: Texture, u: number, v: number, out: Float32Array): void {
  const { width, height, pixels } = texture;
  const x = Math.min(width - 1, Math.max(0, u * width - 0.5));
  const y = Math.min(height - 1, Math.max(0, v * height - 0.5));
  const left = Math.floor(x);
  const top = Math.floor(y);
  out.fill(0, 0, 4);
  for (let corner = 0; corner < 4; corner += 1) {
    const dx = corner & 1;
    const dy = corner >> 1;
    const weight = (dx ? x - left : 1 - x + left) * (dy ? y - top : 1 - y + top);
    if (weight === 0) continue;
    const texel = 4 * (Math.min(height - 1, top + dy) * width + Math.min(width - 1, left + dx));
    const alpha = (weight * pixels[texel + 3]!) / 255;
    out[0]! += alpha * pixels[texel]!;
    out[1]! += alpha * pixels[texel + 1]!;
    out[2]! += alpha * pixels[texel + 2]!;
    out[3]! += 255 * alpha;
  }
}
