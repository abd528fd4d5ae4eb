import { Logger } from '@nestjs/common';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import type { Clock } from '../../common/clock.js';
import { IssuerDownError } from './issuer-down-error.js';

const TIMEOUT_MS = 3_000;
/** A key that is not known leads to one look at the issuer's in so long, at most. */
const UNKNOWN_KEY_PAUSE_MS = 30_000;
/** Keys that the issuer has withdrawn count for so long, at most. */
const KEPT_MS = 600_000;
/** After a failure the issuer is left alone for so long. */
const FAILURE_PAUSE_MS = 10_000;

/** The public keys of an outside issuer: asked for when they are needed, and kept. */
export class IssuerKeys {
  /** For jose. Rejects with an IssuerDownError, or with jose's error when the issuer has no such key. */
  readonly find: JWTVerifyGetKey;
  private readonly logger = new Logger(IssuerKeys.name);
  private askAgainAtMs = -Infinity;

  constructor(
    url: string,
    private readonly clock: Clock,
  ) {
    this.find = createRemoteJWKSet(new URL(url), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: UNKNOWN_KEY_PAUSE_MS,
      cacheMaxAge: KEPT_MS,
      [customFetch]: (address, options) => this.fetch(address, options),
    });
  }

  private async fetch(url: string, options: RequestInit): Promise<Response> {
    const waitMs = this.askAgainAtMs - this.clock.monotonicMs();
    if (waitMs > 0) throw new IssuerDownError(waitMs);
    try {
      return await fetchKeys(url, options);
    } catch (error) {
      this.askAgainAtMs = this.clock.monotonicMs() + FAILURE_PAUSE_MS;
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn({ event: 'issuer.down', reason });
      throw new IssuerDownError(FAILURE_PAUSE_MS);
    }
  }
}

/** An answer that is known to be a key set. */
async function fetchKeys(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`JWT_JWKS_URL answered ${response.status}.`);
  createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  return new Response(text);
}
