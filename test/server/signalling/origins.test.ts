import { expect, test } from 'vitest';
import { isAllowedOrigin } from '../../../server/src/signalling/origins.ts';

const PRODUCTION = { origins: ['https://call.example.org'], allowLocalhost: false };
const DEVELOPMENT = { origins: [], allowLocalhost: true };

test.each([
  [undefined, 'any.example', true],
  ['https://call.example.org', 'media.example.org', true],
  ['https://media.example.org', 'media.example.org', true],
  ['https://MEDIA.example.org', 'Media.Example.org', true],
  ['https://media.example.org:8443', 'media.example.org', false],
  ['http://call.example.org', 'media.example.org', false],
  ['https://call.example.org.evil.example', 'media.example.org', false],
  ['https://evil.example', undefined, false],
  ['http://localhost:3000', 'media.example.org', false],
  ['null', 'media.example.org', false],
  ['chrome-extension://media.example.org', 'media.example.org', false],
])('in production, origin %s at host %s: %s', (origin, host, allowed) => {
  expect(isAllowedOrigin({ origin, host }, PRODUCTION)).toBe(allowed);
});

test.each([
  ['http://localhost:5173', true],
  ['http://127.0.0.1:1', true],
  ['https://[::1]', true],
  ['http://localhost.evil.example', false],
  ['http://127.0.0.1.evil.example', false],
  ['http://127.evil', false],
])('in development, origin %s: %s', (origin, allowed) => {
  expect(isAllowedOrigin({ origin, host: 'localhost:3000' }, DEVELOPMENT)).toBe(allowed);
});
