import { AssetPack } from '../asset-pack.ts';
import { FaceRenderer } from '../face-renderer.ts';
import { FaceScene } from '../scene.ts';
import { captureGeometry, capturePasses } from '../tone-free-capture.ts';
import { captureViews } from '../view-capture.ts';
import type { CaptureCall, PageCall, PopulationPage, SheetCall } from './page-calls.ts';

declare global {
  interface Window {
    population: PopulationPage;
  }
}

const PACK_URL = '/pack/';

interface Studio {
  readonly scene: FaceScene;
  readonly renderer: FaceRenderer;
}

async function openStudio(canvas: HTMLCanvasElement): Promise<Studio> {
  const pack = await AssetPack.load(async (path) => {
    const response = await fetch(PACK_URL + path);
    if (!response.ok) throw new Error(`${path}: HTTP status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  });
  const renderer = new FaceRenderer(canvas);
  return { renderer, scene: new FaceScene(pack, PACK_URL, renderer.frame) };
}

async function capture({ scene, renderer }: Studio, call: CaptureCall): Promise<Blob> {
  const pictures = await capturePasses(scene, renderer, call.person, call.passes);
  if (!call.geometry) return new Blob(pictures);
  return new Blob([...pictures, captureGeometry(scene, call.person, call.geometry)]);
}

async function drawSheet({ scene, renderer }: Studio, call: SheetCall): Promise<Blob> {
  const { people, size, columns, supersampling, view, light } = call;
  const sheet = new OffscreenCanvas(size * Math.min(columns, people.length), size * Math.ceil(people.length / columns));
  const context = sheet.getContext('2d');
  if (!context) throw new Error('the browser gives no 2-D canvas');
  for (const [i, person] of people.entries()) {
    renderer.drawPortrait(await scene.assemble(person), { size, supersampling, ...view, ...(light ? { light } : {}) });
    context.drawImage(renderer.canvas, size * (i % columns), size * Math.floor(i / columns));
  }
  return sheet.convertToBlob({ type: 'image/png' });
}

function draw(studio: Studio, call: PageCall): Promise<Blob> {
  switch (call.kind) {
    case 'capture':
      return capture(studio, call);
    case 'sheet':
      return drawSheet(studio, call);
    case 'views':
      return captureViews(studio.scene, studio.renderer, call.views, call.picture);
  }
}

async function post(bytes: Blob, url: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: bytes });
  if (!response.ok) throw new Error(`result refused: HTTP status ${response.status}`);
}

const canvas = document.createElement('canvas');
const studio = openStudio(canvas);

window.population = {
  ready: studio.then(() => {
    const gl = canvas.getContext('webgl2');
    const names = gl?.getExtension('WEBGL_debug_renderer_info');
    return gl && names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : 'unknown GPU';
  }),
  async call(call: PageCall, postTo: string) {
    const open = await studio;
    await post(await draw(open, call), postTo);
  },
};
