import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import passport from 'passport';
import { CLOCK, type Clock } from '../../common/clock.js';
import { APP_CONFIG, type AppConfig, type IdentityProviderConfig } from '../../config/app-config.js';
import type { AuthUser } from '../users/auth-user.js';
import { bearerToken } from './bearer-token.js';
import type { ExternalKeys } from './external-keys.js';
import { ExternalKeysError } from './external-keys-error.js';
import { externalUser } from './external-user.js';

export const EXTERNAL_TOKENS = 'external';

/** Asymmetric algorithms only: otherwise a public key could be used as the secret of an HMAC. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** By how much the provider's clock may differ from ours. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** Accepts tokens of the external identity provider, if one is configured. */
@Injectable()
export class ExternalTokensStrategy extends passport.Strategy {
  override readonly name = EXTERNAL_TOKENS;
  private readonly provider: IdentityProviderConfig | null;
  private keys: Promise<ExternalKeys> | null = null;

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super();
    this.provider = auth.identityProvider;
    passport.use(this);
  }

  /** Never rejects, because passport does not await it. */
  override async authenticate(request: Request): Promise<void> {
    const token = bearerToken(request);
    if (this.provider === null || token === null) {
      this.fail(401);
      return;
    }
    try {
      const user = await this.userOf(token, this.provider);
      if (user === null) this.fail(401);
      else this.success(user);
    } catch (error) {
      if (error instanceof ExternalKeysError) this.error(error);
      else this.fail(401);
    }
  }

  private async userOf(token: string, provider: IdentityProviderConfig): Promise<AuthUser | null> {
    const { jwksUrl, issuer, audience, roleClaim } = provider;
    this.keys ??= this.openKeys(jwksUrl);
    const keys = await this.keys;
    const { jwtVerify } = await import('jose');
    const { payload } = await jwtVerify(token, keys.find, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return externalUser(payload, { issuer, roleClaim });
  }

  /** Imports jose with the first external token, because the import would slow down every start. */
  private async openKeys(jwksUrl: string): Promise<ExternalKeys> {
    const { ExternalKeys: Keys } = await import('./external-keys.js');
    return new Keys(jwksUrl, this.clock);
  }
}
