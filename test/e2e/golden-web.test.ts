import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GoldenCase, goldenCases, TOLERANCE } from '../golden/golden-cases.ts';
import { launchChromium } from './chromium.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = { '/ort/': 'node_modules/onnxruntime-web/dist/', '/weights/': 'models/weights/' };
const TYPES: Readonly<Record<string, string>> = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
/** `runGolden` of the page: one case on ONNX Runtime's wasm back end; numbers travel as base64 of little-endian float32. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>Golden vectors</title><script type="module">
import * as ort from '/ort/ort.wasm.min.mjs';
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = '/ort/';
const sessions = new Map();
globalThis.runGolden = async ({ weights, input, dims, values, outputs }) => {
  if (!sessions.has(weights)) sessions.set(weights, await ort.InferenceSession.create('/weights/' + weights));
  const bytes = Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0));
  const tensor = new ort.Tensor('float32', new Float32Array(bytes.buffer), dims);
  const given = await sessions.get(weights).run({ [input]: tensor });
  return outputs.map((name) => {
    const { buffer, byteOffset, byteLength } = given[name].data;
    const view = new Uint8Array(buffer, byteOffset, byteLength);
    let text = '';
    for (let at = 0; at < view.length; at += 8192) text += String.fromCharCode(...view.subarray(at, at + 8192));
    return btoa(text);
  });
};
</script>`;

interface PageTask {
  readonly weights: string;
  readonly input: string;
  readonly dims: readonly number[];
  readonly values: string;
  readonly outputs: readonly string[];
}

let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = normalize(request.url ?? '/');
    const [prefix, folder] = Object.entries(FOLDERS).find(([start]) => path.startsWith(start)) ?? [];
    if (!prefix || !folder) return void response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    const file = join(root, folder, path.slice(prefix.length));
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchChromium();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction('globalThis.runGolden');
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function runInPage({ weights, input, outputs }: GoldenCase): Promise<Record<string, Float32Array>> {
  const task: PageTask = { weights, outputs, input: input.name, dims: input.dims, values: toBase64(input.values) };
  const answers = await page.evaluate(
    (given) => (globalThis as unknown as { runGolden(task: PageTask): Promise<string[]> }).runGolden(given),
    task,
  );
  return Object.fromEntries(outputs.map((output, place) => [output, fromBase64(answers[place]!)]));
}

function toBase64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

test.each(goldenCases())('onnxruntime-web in Chromium computes the golden vectors: $name', async (golden) => {
  expect(golden.deviation(await runInPage(golden))).toBeLessThanOrEqual(TOLERANCE);
});
