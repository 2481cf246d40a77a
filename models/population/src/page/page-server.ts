import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, normalize, resolve, sep } from 'node:path';
import { PopulationError } from '../errors.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Population</title>
<script type="module" src="/page.js"></script>`;
/** A capture has a few megabytes. */
const MAX_RESULT_BYTES = 256 * 1024 * 1024;

interface Waiting {
  resolve(bytes: Buffer): void;
  reject(error: Error): void;
}

/** Serves the page and the asset pack on the loopback interface and takes the page's results. */
export class PageServer {
  readonly #bundle: string;
  readonly #packFolder: string;
  readonly #server: Server;
  readonly #waiting = new Map<string, Waiting>();
  #nextResult = 0;

  constructor(bundle: string, packFolder: string) {
    this.#bundle = bundle;
    this.#packFolder = resolve(packFolder);
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  /** Starts to listen on a free port and gives the page's address. */
  async start(): Promise<string> {
    await new Promise<void>((done, fail) => {
      this.#server.once('error', fail);
      this.#server.listen(0, '127.0.0.1', done);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** A place to post one result to, and the promise of its bytes. */
  expectResult(): { postTo: string; bytes: Promise<Buffer>; abandon(): void } {
    const postTo = `/result/${this.#nextResult++}`;
    const bytes = new Promise<Buffer>((done, fail) => this.#waiting.set(postTo, { resolve: done, reject: fail }));
    return { postTo, bytes, abandon: () => this.#waiting.delete(postTo) };
  }

  /** Final; results still expected fail. */
  close(): void {
    for (const { reject } of this.#waiting.values()) reject(PopulationError.pageFailed('the page was closed'));
    this.#waiting.clear();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0]);
    if (request.method === 'POST') return this.#takeResult(path, request, response);
    if (path === '/') return send(response, 'text/html', PAGE);
    if (path === '/page.js') return send(response, 'text/javascript', this.#bundle);
    if (path.startsWith('/pack/')) return this.#sendAsset(path.slice('/pack/'.length), response);
    response.writeHead(404).end();
  }

  async #sendAsset(name: string, response: ServerResponse): Promise<void> {
    const file = normalize(resolve(this.#packFolder, name));
    const found = file.startsWith(this.#packFolder + sep) ? await stat(file).catch(() => null) : null;
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  }

  async #takeResult(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const waiting = this.#waiting.get(path);
    if (!waiting) {
      response.writeHead(404).end();
      return;
    }
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of request) {
      size += piece.length;
      if (size > MAX_RESULT_BYTES) {
        response.writeHead(413).end();
        return;
      }
      pieces.push(piece);
    }
    this.#waiting.delete(path);
    response.writeHead(200).end();
    waiting.resolve(Buffer.concat(pieces));
  }
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type }).end(text);
}
