export interface OriginRules {
  /** Origins allowed besides the server's own, e.g. `https://call.example.org`. */
  readonly origins: readonly string[];
  /** Development: any port of this host is allowed as well. */
  readonly allowLocalhost: boolean;
}

/** The parts of a request that say where it comes from. */
export interface RequestSource {
  /** The `Origin` header; browsers always send it with WebSockets and cross-origin requests. */
  readonly origin: string | undefined;
  /** The `Host` header. */
  readonly host: string | undefined;
}

/**
 * May a page of this origin talk to us? A request without an origin doesn't come from a web page, so the browser's
 * rules don't matter to it: the token alone decides.
 */
export function isAllowedOrigin({ origin, host }: RequestSource, rules: OriginRules): boolean {
  if (origin === undefined) return true;
  if (rules.origins.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.protocol !== 'http:' && page.protocol !== 'https:') return false;
  if (rules.allowLocalhost && isLocalHostname(page.hostname)) return true;
  return host !== undefined && page.host === host.toLowerCase();
}

/** True for the names of this host itself; `hostname` is without port, IPv6 in brackets. */
export function isLocalHostname(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
