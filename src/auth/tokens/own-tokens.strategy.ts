import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import type { AuthUser } from '../users/auth-user.js';
import { bearerToken } from './bearer-token.js';
import { ALGORITHM, AUDIENCE, ISSUER, type TokenClaims } from './token-claims.js';
import { SigningKey } from './signing-key.js';
import { UsersRepository } from '../users/users.repository.js';

export const OWN_TOKENS = 'ours';

/** Tokens that this service signed. Each is held against its user, so that it dies with the user or the password. */
@Injectable()
export class OwnTokens extends PassportStrategy(Strategy, OWN_TOKENS) {
  constructor(
    key: SigningKey,
    private readonly users: UsersRepository,
  ) {
    super({
      jwtFromRequest: bearerToken,
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

  /** The role is the user's of today, not that of the day the token was made. */
  async validate({ sub, series }: TokenClaims): Promise<AuthUser | null> {
    const user = await this.users.find(sub);
    return user?.tokenVersion === series ? { name: user.name, role: user.role } : null;
  }
}
