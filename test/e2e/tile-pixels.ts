/** What a tile looks like, as numbers: screenshots of the page, so that nothing but what people see counts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';

const SCREENSHOTS = fileURLToPath(new URL('./screenshots', import.meta.url));

/** Of the tile: 0..1 from its left and top edge. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const WHOLE: Region = { left: 0, top: 0, width: 1, height: 1 };

/** Side of the square that pixels are compared in. */
const SIDE = 96;

export type Pixels = Uint8Array;

export async function keepScreenshot(page: Page, name: string): Promise<void> {
  keepPicture(await page.screenshot(), name);
}

export function keepPicture(picture: Buffer, name: string): void {
  mkdirSync(SCREENSHOTS, { recursive: true });
  writeFileSync(join(SCREENSHOTS, `${name}.png`), picture);
}

/** The region of a participant's tile as 96 x 96 RGB, without what the page writes over it. */
export async function tilePixels(page: Page, participantId: string, region: Region = WHOLE): Promise<Pixels> {
  const style = '.tile-label, .tile-status, .toasts { visibility: hidden } .tile::after { display: none }';
  return cutRegion(await page.screenshot({ style }), await tileBox(page, participantId), region);
}

/** A picture of the whole page, and a region of one tile in it. */
export interface TilePicture {
  readonly page: Buffer;
  readonly pixels: Pixels;
}

export async function tilePicture(page: Page, participantId: string, region: Region): Promise<TilePicture> {
  const box = await tileBox(page, participantId);
  const picture = await page.screenshot();
  return { page: picture, pixels: await cutRegion(picture, box, region) };
}

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

async function tileBox(page: Page, participantId: string): Promise<Box> {
  const box = await page.getByTestId(`tile-${participantId}`).boundingBox();
  if (box === null) throw new Error(`no tile of ${participantId}`);
  return box;
}

function cutRegion(picture: Buffer, box: Box, region: Region): Promise<Pixels> {
  const cut = {
    left: Math.round(box.x + region.left * box.width),
    top: Math.round(box.y + region.top * box.height),
    width: Math.floor(region.width * box.width),
    height: Math.floor(region.height * box.height),
  };
  return sharp(picture).extract(cut).removeAlpha().resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer();
}

/** Mean absolute difference per channel, 0..255. */
export function difference(a: Pixels, b: Pixels): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += Math.abs(a[index]! - b[index]!);
  return sum / a.length;
}

/** Share of pixels that are nearly black: the inside of an open mouth. */
export function darkShare(pixels: Pixels): number {
  let dark = 0;
  for (let index = 0; index < pixels.length; index += 3) {
    const luma = 0.299 * pixels[index]! + 0.587 * pixels[index + 1]! + 0.114 * pixels[index + 2]!;
    if (luma < 72) dark += 1;
  }
  return dark / (pixels.length / 3);
}
