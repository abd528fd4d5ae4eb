import { Logger } from '@nestjs/common';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import type { Clock } from '../../common/clock.js';
import { ExternalKeysError } from './external-keys-error.js';

const TIMEOUT_MS = 3_000;
/** An unknown key id causes at most one fetch within this time. */
const UNKNOWN_KEY_COOLDOWN_MS = 30_000;
/** A key that the provider has withdrawn stays valid for at most this long. */
const CACHE_MAX_AGE_MS = 600_000;
/** No fetch is attempted for this long after one has failed. */
const FAILURE_COOLDOWN_MS = 10_000;

/** The public keys of the external identity provider, fetched on demand and cached. */
export class ExternalKeys {
  /** Rejects with an {@link ExternalKeysError}, or with jose's error when the provider has no such key. */
  readonly find: JWTVerifyGetKey;
  private readonly logger = new Logger(ExternalKeys.name);
  private nextFetchAtMs = -Infinity;

  constructor(
    url: string,
    private readonly clock: Clock,
  ) {
    this.find = createRemoteJWKSet(new URL(url), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: UNKNOWN_KEY_COOLDOWN_MS,
      cacheMaxAge: CACHE_MAX_AGE_MS,
      [customFetch]: (address, options) => this.fetch(address, options),
    });
  }

  private async fetch(url: string, options: RequestInit): Promise<Response> {
    const waitMs = this.nextFetchAtMs - this.clock.monotonicMs();
    if (waitMs > 0) throw new ExternalKeysError(waitMs);
    try {
      return await fetchKeySet(url, options);
    } catch (error) {
      this.nextFetchAtMs = this.clock.monotonicMs() + FAILURE_COOLDOWN_MS;
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn({ event: 'external_keys.unavailable', reason });
      throw new ExternalKeysError(FAILURE_COOLDOWN_MS);
    }
  }
}

/** @throws Error when the response is not a valid key set */
async function fetchKeySet(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`JWT_JWKS_URL responded with ${response.status}.`);
  createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  return new Response(text);
}
