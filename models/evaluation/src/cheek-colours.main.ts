/**
 * For evaluate.py: draws portraits with the product's own code and answers with the colour of their cheeks.
 * Standard input: `{"decoder": "face-decoder.onnx", "codes": [[128 numbers]], "seeds": ["..."]}`.
 * Standard output: `[[red, green, blue], ...]`, 0..255.
 */
import { text } from 'node:stream/consumers';
import { PuppetPoser, styleFromSeed } from '@timbre/models';
import { DEFAULT_MODELS_FOLDER, loadFaceDecoder, loadPuppetAssets, PortraitPainter } from 'timbre';
import { cheekColour } from './cheek-colours.ts';

interface Request {
  readonly decoder: string;
  readonly codes: readonly (readonly number[])[];
  readonly seeds: readonly string[];
}

/** Pixels: enough for a patch of some dozen pixels a cheek. */
const SIZE = 128;

const { decoder: file, codes, seeds } = JSON.parse(await text(process.stdin)) as Request;
const assets = await loadPuppetAssets(DEFAULT_MODELS_FOLDER);
const decoder = await loadFaceDecoder(DEFAULT_MODELS_FOLDER, file);
const painter = new PortraitPainter(decoder, assets);
const colours: number[][] = [];
for (const [place, code] of codes.entries()) {
  const puppet = await decoder.decode(Float32Array.from(code));
  const pixels = await painter.drawPuppet(puppet, styleFromSeed(seeds[place]!), SIZE);
  const { positions } = new PuppetPoser(assets.mesh, puppet).pose({ weights: {} });
  const colour = cheekColour(assets.mesh, { pixels, size: SIZE, positions });
  colours.push(colour.map((value) => Number(value.toFixed(2))));
}
process.stdout.write(`${JSON.stringify(colours)}\n`);
