/** Pictures in rows on one sheet of paper, each with a line of text below. */
import sharp, { type Sharp } from 'sharp';
import { CommandError } from './errors.ts';
import { generatedXmp } from './generated-mark.ts';

export interface SheetPicture {
  /** Bytes or file of anything that sharp reads. */
  readonly picture: Buffer | string;
  readonly label: string;
}

export interface ContactSheetOptions {
  /** Default: 6. */
  readonly columns?: number | undefined;
  /** Pixels of a picture on the sheet. Default: 256. */
  readonly size?: number | undefined;
}

const LABEL_HEIGHT = 28;
const GAP = 8;
const PAPER = '#f4f5f7';

/** Not rendered yet: the caller writes it to a file of the format it wants. Carries the mark of generated media. */
export async function contactSheet(
  pictures: readonly SheetPicture[],
  options: ContactSheetOptions = {},
): Promise<Sharp> {
  const { columns = 6, size = 256 } = options;
  const perRow = Math.max(1, Math.min(columns, pictures.length));
  const cell = { width: size + GAP, height: size + LABEL_HEIGHT + GAP };
  const pieces = await Promise.all(
    pictures.map(async ({ picture, label }, place) => {
      const left = GAP + (place % perRow) * cell.width;
      const top = GAP + Math.floor(place / perRow) * cell.height;
      return [
        { input: await readPicture(picture, size), left, top },
        { input: Buffer.from(labelSvg(label, size)), left, top: top + size },
      ];
    }),
  );
  return sharp({
    create: {
      width: GAP + perRow * cell.width,
      height: GAP + Math.ceil(pictures.length / perRow) * cell.height,
      channels: 3,
      background: PAPER,
    },
  })
    .composite(pieces.flat())
    .withXmp(generatedXmp());
}

function readPicture(picture: Buffer | string, size: number): Promise<Buffer> {
  const resized = sharp(picture).resize(size, size).png().toBuffer();
  return resized.catch((error: Error) => {
    throw typeof picture === 'string' ? CommandError.undecodablePicture(picture, error) : error;
  });
}

function labelSvg(label: string, width: number): string {
  const escaped = label.replace(/[<>&"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LABEL_HEIGHT}">
  <text x="${width / 2}" y="19" text-anchor="middle" font-family="DejaVu Sans, Liberation Sans, sans-serif"
    font-size="13" fill="#2b323c">${escaped}</text>
</svg>`;
}
