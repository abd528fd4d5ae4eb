import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import passport from 'passport';
import { ExtractJwt, Strategy as JwtStrategy } from 'passport-jwt';
import { APP_CONFIG, type AppConfig, type OutsideIssuerConfig } from '../config/app-config.js';
import { type AuthUser, USER_ROLES, type UserRole } from './auth-user.js';
import { ALGORITHM, AUDIENCE, ISSUER, type TokenClaims } from './token-claims.js';
import { TokenKey } from './token-key.js';
import { UsersRepository } from './users.repository.js';

export const OUR_TOKENS = 'ours';
export const OUTSIDE_TOKENS = 'outside';

/** Tokens that this service signed. Each is held against its user, so that it dies with the user or the password. */
@Injectable()
export class OurTokens extends PassportStrategy(JwtStrategy, OUR_TOKENS) {
  constructor(
    key: TokenKey,
    private readonly users: UsersRepository,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: (_request, _token, done) => {
        key.get().then((secret) => {
          done(null, secret);
        }, done);
      },
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
    });
  }

  async validate({ sub, ver }: TokenClaims): Promise<AuthUser | null> {
    const user = await this.users.find(sub);
    return user?.tokenVersion === ver ? { name: user.name, role: user.role } : null;
  }
}

/** What an outside issuer may sign with: its public key must not be taken for a secret of ours. */
const OUTSIDE_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const JWKS_TIMEOUT_MS = 3_000;
/** Unknown keys lead to one look at the issuer's in so long at most. */
const JWKS_COOLDOWN_MS = 30_000;

/** Tokens of an outside issuer, where one is configured. */
@Injectable()
export class OutsideTokens extends passport.Strategy {
  override readonly name = OUTSIDE_TOKENS;
  private readonly issuer: OutsideIssuerConfig | null;
  private readonly keys: JWTVerifyGetKey | null;

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    super();
    this.issuer = auth.outside;
    this.keys =
      auth.outside === null
        ? null
        : createRemoteJWKSet(new URL(auth.outside.jwksUrl), {
            timeoutDuration: JWKS_TIMEOUT_MS,
            cooldownDuration: JWKS_COOLDOWN_MS,
          });
    passport.use(this);
  }

  override authenticate(request: Request): void {
    const token = ExtractJwt.fromAuthHeaderAsBearerToken()(request);
    if (this.issuer === null || this.keys === null || token === null) {
      this.fail(401);
      return;
    }
    this.userOf(token, this.issuer, this.keys).then(
      (user) => {
        if (user === null) this.fail(401);
        else this.success(user);
      },
      (error: unknown) => {
        if (isTokensFault(error)) this.fail(401);
        else
          this.error(
            new ServiceUnavailableException(
              'The issuer of the token can not be asked for its keys. Try again.',
            ),
          );
      },
    );
  }

  private async userOf(
    token: string,
    { issuer, audience, roleClaim }: OutsideIssuerConfig,
    keys: JWTVerifyGetKey,
  ): Promise<AuthUser | null> {
    const { payload } = await jwtVerify(token, keys, {
      ...{ issuer, audience, algorithms: OUTSIDE_ALGORITHMS },
      requiredClaims: ['sub', 'exp'],
    });
    const role = roleOf(payload, roleClaim);
    return role === null ? null : { name: payload.sub ?? '', role };
  }
}

/** Not that of the issuer's server, which is asked for its keys over the network. */
function isTokensFault(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}

function roleOf(payload: JWTPayload, claim: string): UserRole | null {
  const given: unknown = payload[claim];
  const roles: unknown[] = Array.isArray(given) ? given : [given];
  return USER_ROLES.find((role) => roles.includes(role)) ?? null;
}
