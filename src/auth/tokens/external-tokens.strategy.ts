import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import passport from 'passport';
import { CLOCK, type Clock } from '../../common/clock.js';
import { APP_CONFIG, type AppConfig, type IdentityProviderConfig } from '../../config/app-config.js';
import type { AuthUser } from '../users/auth-user.js';
import { bearerToken } from './bearer-token.js';
import { IssuerDownError } from './issuer-down-error.js';
import type { IssuerKeys } from './issuer-keys.js';
import { externalUser } from './external-user.js';

export const EXTERNAL_TOKENS = 'outside';

/** What an outside issuer may sign with: its public key must not be taken for a secret of ours. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** The issuer's clock may differ from ours by so much. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** Tokens of an outside issuer, where one is configured. */
@Injectable()
export class ExternalTokens extends passport.Strategy {
  override readonly name = EXTERNAL_TOKENS;
  private readonly issuer: IdentityProviderConfig | null;
  private keys: Promise<IssuerKeys> | null = null;

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super();
    this.issuer = auth.identityProvider;
    passport.use(this);
  }

  /** Passport's way of asking; never rejects, for nobody awaits it. */
  override async authenticate(request: Request): Promise<void> {
    const token = bearerToken(request);
    if (this.issuer === null || token === null) {
      this.fail(401);
      return;
    }
    try {
      const user = await this.userOf(token, this.issuer);
      if (user === null) this.fail(401);
      else this.success(user);
    } catch (error) {
      if (error instanceof IssuerDownError) this.error(error);
      else this.fail(401);
    }
  }

  private async userOf(token: string, outside: IdentityProviderConfig): Promise<AuthUser | null> {
    const { jwksUrl, issuer, audience, roleClaim } = outside;
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

  /** Loads jose, which takes a noticeable part of a start, with the first token that may be an outside issuer's. */
  private async openKeys(jwksUrl: string): Promise<IssuerKeys> {
    const { IssuerKeys } = await import('./issuer-keys.js');
    return new IssuerKeys(jwksUrl, this.clock);
  }
}
