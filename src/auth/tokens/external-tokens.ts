import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import type { AuthUser } from '../users/auth-user.js';
import { ExternalKeys } from './external-keys.js';
import { externalUser } from './external-user.js';
import { isAccessToken } from './token-purpose.js';

/** Asymmetric algorithms only: otherwise a public key could be used as the secret of an HMAC. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** By how much the provider's clock may differ from ours. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** Verifies tokens of the external identity provider, if one is configured. */
@Injectable()
export class ExternalTokens {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly keys: ExternalKeys,
  ) {}

  /**
   * The user of a token; null when it gives no access.
   * @param mayWait false: rejects instead of waiting for the provider
   * @throws ExternalKeysError, or jose's error when the token is not valid
   */
  async userOf(token: string, mayWait: boolean): Promise<AuthUser | null> {
    const provider = this.config.auth.identityProvider;
    if (provider === null) return null;
    // Imported with the first external token, because the import would slow down every start.
    const { jwtVerify } = await import('jose');
    const { issuer, audience, roleClaim } = provider;
    const { protectedHeader, payload } = await jwtVerify(
      token,
      (header, jws) => this.keys.find(header, jws, mayWait),
      {
        ...{ issuer, audience, algorithms: ALGORITHMS },
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      },
    );
    return isAccessToken({ ...protectedHeader }, payload)
      ? externalUser(payload, { issuer, roleClaim })
      : null;
  }
}
