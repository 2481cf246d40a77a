import { ProtocolError, type TokenClaims, tokenClaims } from '@timbre/protocol';
import { errors, jwtVerify, SignJWT } from 'jose';
import * as v from 'valibot';

/** Seconds that a development token holds. */
export const TOKEN_SECONDS = 300;
/** Seconds by which clocks of token issuer and server may differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

export interface VerifiedToken {
  readonly claims: TokenClaims;
  /** Rightly signed but past its time: it may take up a lost participation (with its resume key), nothing else. */
  readonly expired: boolean;
}

/** Join tokens: JWT, HS256, with the claims `sub` (participant's id), `room`, `name` and `exp`. */
export class Tokens {
  readonly #key: Uint8Array;

  constructor(secret: string) {
    this.#key = new TextEncoder().encode(secret);
  }

  /** `expiresInSeconds` from now; default TOKEN_SECONDS. */
  async issue(claims: Omit<TokenClaims, 'exp'>, expiresInSeconds: number = TOKEN_SECONDS): Promise<string> {
    const { sub, room, name } = claims;
    return await new SignJWT({ room, name })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(sub)
      .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
      .sign(this.#key);
  }

  /** Throws ProtocolError `wrong-token` for anything but a rightly signed token with the right claims. */
  async verify(token: string): Promise<VerifiedToken> {
    try {
      const options = { algorithms: ['HS256'], clockTolerance: CLOCK_TOLERANCE_SECONDS, requiredClaims: ['exp'] };
      const { payload } = await jwtVerify(token, this.#key, options);
      return { claims: admitClaims(payload), expired: false };
    } catch (thrown) {
      // jose checks the signature before the time.
      if (thrown instanceof errors.JWTExpired) return { claims: admitClaims(thrown.payload), expired: true };
      if (thrown instanceof ProtocolError) throw thrown;
      throw new ProtocolError('wrong-token', 'the token is not one of ours', { cause: thrown });
    }
  }
}

function admitClaims(payload: unknown): TokenClaims {
  const result = v.safeParse(tokenClaims, payload);
  if (result.success) return result.output;
  throw new ProtocolError('wrong-token', 'the token lacks a claim (sub, room, name, exp)');
}
