import { Inject, Injectable, Logger } from '@nestjs/common';
import type { CryptoKey, FlattenedJWSInput, JWSHeaderParameters, LocalJWKSet } from 'jose';
import { CLOCK, type Clock } from '../../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { ExternalKeysError } from './external-keys-error.js';

/** At most one fetch starts within this time, failed ones included: anyone may send a token with an unknown key id. */
const FETCH_INTERVAL_MS = 30_000;
/** A key that the provider has withdrawn stays valid for at most this long. */
const MAX_AGE_MS = 600_000;

/** The public keys of the external identity provider, fetched on demand and cached. */
@Injectable()
export class ExternalKeys {
  private readonly logger = new Logger(ExternalKeys.name);
  private keySet: { readonly find: LocalJWKSet; readonly fetchedAtMs: number } | null = null;
  private fetching: Promise<LocalJWKSet> | null = null;
  private nextFetchAtMs = -Infinity;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The key that signed a token.
   * @param mayWait false: rejects at once where a fetch is needed; the fetch goes on for later tokens
   * @throws ExternalKeysError, or jose's error when the provider has no such key
   */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput, mayWait: boolean): Promise<CryptoKey> {
    const find = this.freshKeySet() ?? (await this.refreshed(mayWait));
    try {
      return await find(header, token);
    } catch (error) {
      if (!isUnknownKey(error) || !this.mayFetch()) throw error;
    }
    return (await this.refreshed(mayWait))(header, token);
  }

  private freshKeySet(): LocalJWKSet | null {
    if (this.keySet === null) return null;
    const ageMs = this.clock.monotonicMs() - this.keySet.fetchedAtMs;
    return ageMs < MAX_AGE_MS ? this.keySet.find : null;
  }

  private mayFetch(): boolean {
    return this.fetching !== null || this.clock.monotonicMs() >= this.nextFetchAtMs;
  }

  /** All callers share one fetch. */
  private async refreshed(mayWait: boolean): Promise<LocalJWKSet> {
    if (!this.mayFetch()) throw this.unavailable();
    this.fetching ??= this.fetch().finally(() => {
      this.fetching = null;
    });
    if (mayWait) return this.fetching;
    this.fetching.catch(() => undefined);
    throw this.unavailable();
  }

  private async fetch(): Promise<LocalJWKSet> {
    this.nextFetchAtMs = this.clock.monotonicMs() + FETCH_INTERVAL_MS;
    try {
      // Imported when needed, because the import would slow down every start.
      const [{ createLocalJWKSet }, { fetchKeySet }] = await Promise.all([
        import('jose'),
        import('./fetch-key-set.js'),
      ]);
      const { jwksUrl = '', isPrivateAllowed = false } = this.config.auth.identityProvider ?? {};
      const find = createLocalJWKSet(await fetchKeySet(jwksUrl, isPrivateAllowed));
      this.keySet = { find, fetchedAtMs: this.clock.monotonicMs() };
      return find;
    } catch (error) {
      const reason = reasonOf(error);
      this.logger.warn({ event: 'external_keys.unavailable', reason });
      throw this.unavailable();
    }
  }

  private unavailable(): ExternalKeysError {
    return new ExternalKeysError(Math.max(1_000, this.nextFetchAtMs - this.clock.monotonicMs()));
  }
}

function isUnknownKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_JWKS_NO_MATCHING_KEY';
}

/** The cause says more than the "fetch failed" of undici. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
