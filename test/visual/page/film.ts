/** Draws one decoded face in given poses, without a call: for filmstrips. */
import type { Pose, Puppet } from '@timbre/models';
import { styleFromSeed } from '@timbre/models';
import type { Style } from '@timbre/protocol';
import { Container, getCanvasTexture, WebGLRenderer } from 'pixi.js';
import { DecoderClient } from '../../../plugin/src/decoder/decoder-client.ts';
import { PuppetMeshView } from '../../../plugin/src/tile/puppet-mesh-view.ts';
import { StyleLayers } from '../../../plugin/src/tile/style-layers.ts';

export interface FilmOptions {
  readonly code: Float32Array;
  readonly styleSeed: string;
  readonly style?: Partial<Style>;
  readonly poses: readonly Pose[];
  /** Side of a picture, pixels. */
  readonly side: number;
}

/** PNG data URLs, one per pose. */
export async function film({ code, styleSeed, style = {}, poses, side }: FilmOptions): Promise<string[]> {
  const base = new URL('/models/', document.baseURI).href;
  const decoder = new DecoderClient({ modelsUrl: base });
  const layers = new StyleLayers({ layersUrl: `${base}layers/`, fetch: (input, init) => fetch(input, init) });
  const renderer = new WebGLRenderer();
  await renderer.init({ multiView: true, width: 1, height: 1, antialias: true, skipExtensionImports: true });
  const canvas = document.createElement('canvas');
  getCanvasTexture(canvas).source.resize(side, side, 1);
  (renderer.context.canvas as HTMLCanvasElement).width = side;
  (renderer.context.canvas as HTMLCanvasElement).height = side;
  const worn = await layers.wear({ ...styleFromSeed(styleSeed), ...style });
  const view = new PuppetMeshView(await layers.mesh(), layers, await decoded(decoder, code), worn);
  view.container.scale.set(side);
  const root = new Container();
  root.addChild(view.container);
  const pictures = poses.map((pose) => {
    view.pose(pose, 0);
    renderer.render({ container: root, target: canvas, clear: true, clearColor: [0.8, 0.84, 0.88, 1] });
    return canvas.toDataURL('image/png');
  });
  view.close();
  layers.close();
  decoder.close();
  renderer.destroy();
  return pictures;
}

async function decoded(decoder: DecoderClient, code: Float32Array): Promise<Puppet> {
  const result = await decoder.decode('film', code);
  if (result.outcome !== 'decoded') throw new Error(`the face was ${result.outcome}`);
  return result.puppet;
}
