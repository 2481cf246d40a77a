import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import * as v from 'valibot';
import { type Log, messageOf } from './log.ts';
import { isAllowedOrigin, isLocalHostname, type OriginRules } from './signalling/origins.ts';
import { TOKEN_SECONDS, type Tokens } from './signalling/tokens.ts';

/** Largest body of POST /dev/token, bytes. */
const BODY_LIMIT_BYTES = 4_096;

export interface HttpOptions {
  /** The built page; served at `/`. */
  readonly clientRoot: string;
  /** contract.json, weights/ and layers/; served at `/models/`. */
  readonly modelsRoot: string;
  readonly tokens: Tokens;
  /** Development: POST /dev/token issues tokens to callers on this host. */
  readonly developmentTokens: boolean;
  readonly originRules: OriginRules;
  /** Answers GET /healthz. */
  readonly health: () => Readonly<Record<string, number>>;
  /** Answers GET /metrics, in Prometheus' text format. */
  readonly metrics: () => string;
  readonly log: Log;
}

/** What a page asks for a development token. */
const tokenRequest = v.strictObject({
  room: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64)),
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64)),
});

/** Page, models, health, and in development join tokens. socket.io adds itself to the same server. */
export function createRequestListener(options: HttpOptions): RequestListener {
  const { clientRoot, modelsRoot, log } = options;
  // `dev` reads the folder at each request: the page may be built while the server runs. With `etag`, browsers ask
  // each time whether a file is still the same, so weights never get older than their contract.
  const page = sirv(clientRoot, { dev: true, etag: true, setHeaders: setIsolation });
  const modelFiles = ['weights', 'layers'].map((folder) => ({
    prefix: `/models/${folder}/`,
    serve: sirv(join(modelsRoot, folder), {
      dev: true,
      etag: true,
      setHeaders: setIsolation,
    }),
  }));
  const contract = sirv(modelsRoot, { dev: true, etag: true, setHeaders: setIsolation });

  return (request, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const missing = () => sendJson(response, 404, { error: 'not found' });
    if (path === '/dev/token') {
      answerToken(request, response, options).catch((thrown) => {
        log.error('POST /dev/token failed', { error: messageOf(thrown) });
        if (!response.headersSent) sendJson(response, 500, { error: 'the server could not do this' });
      });
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendJson(response, 405, { error: 'GET only' });
    if (path === '/healthz') return sendJson(response, 200, options.health());
    if (path === '/metrics') {
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(options.metrics());
      return;
    }
    if (path === '/models/contract.json') {
      request.url = '/contract.json';
      return contract(request, response, missing);
    }
    const models = modelFiles.find(({ prefix }) => path.startsWith(prefix));
    if (models !== undefined) {
      request.url = path.slice(models.prefix.length - 1);
      return models.serve(request, response, missing);
    }
    if (path.startsWith('/models/')) return missing();
    page(request, response, missing);
  };
}

/** Cross-origin isolation: without it, WebAssembly in the page runs on one thread. */
function setIsolation(response: ServerResponse): void {
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
}

async function answerToken(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  if (!options.developmentTokens) return sendJson(response, 404, { error: 'not found' });
  if (request.method !== 'POST') return sendJson(response, 405, { error: 'POST only' });
  const { origin, host } = request.headers;
  if (!isLocalRequest(request) || !isAllowedOrigin({ origin, host }, options.originRules)) {
    return sendJson(response, 403, { error: 'development tokens are for callers on this host only' });
  }
  const body = await readBody(request);
  if (body === undefined) return sendJson(response, 413, { error: 'too large' });
  const asked = v.safeParse(tokenRequest, parseJson(body));
  if (!asked.success) return sendJson(response, 400, { error: 'expected {"room": "...", "name": "..."}' });
  const participantId = `p-${randomBytes(9).toString('base64url')}`;
  const token = await options.tokens.issue({ sub: participantId, ...asked.output });
  response.setHeader('Cache-Control', 'no-store');
  sendJson(response, 200, { token, participantId, expiresInSeconds: TOKEN_SECONDS });
}

/**
 * The caller's address is loopback, nobody forwarded the request, and the page asked for this host by a name of this
 * host (a foreign name that resolves to 127.0.0.1 would be DNS rebinding).
 */
function isLocalRequest(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress ?? '';
  const local = address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
  const forwarded = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
  const host = `http://${request.headers.host ?? ''}`;
  return local && !forwarded && URL.canParse(host) && isLocalHostname(new URL(host).hostname);
}

/** Undefined if it is longer than the limit. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > BODY_LIMIT_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
