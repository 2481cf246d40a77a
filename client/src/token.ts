import { CallError } from './errors.ts';

/**
 * Asks the server for a short-lived join token. Only a server in development gives them; a product signs its own.
 *
 * Throws CallError `server-unreachable`, or `no-token` if the server refuses.
 */
export async function fetchToken(room: string, name: string, fetchFrom: typeof fetch = fetch): Promise<string> {
  let response: Response;
  try {
    response = await fetchFrom('/dev/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ room, name }),
    });
  } catch (cause) {
    throw CallError.unreachable(cause);
  }
  if (response.status >= 500) throw CallError.unreachable();
  if (!response.ok) throw CallError.noToken(response.status);
  const answer: unknown = await response.json().catch(() => undefined);
  if (typeof answer === 'object' && answer !== null && 'token' in answer && typeof answer.token === 'string') {
    return answer.token;
  }
  throw CallError.noToken(response.status);
}
