import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import type { AuthUser } from '../users/auth-user.js';
import { bearerToken } from './bearer-token.js';
import { ALGORITHM, AUDIENCE, ISSUER, type TokenClaims } from './token-claims.js';
import { SigningKey } from './signing-key.js';
import { UsersRepository } from '../users/users.repository.js';

export const OWN_TOKENS = 'own';

/** Accepts tokens that this service signed, as long as the user exists and has the token's version. */
@Injectable()
export class OwnTokensStrategy extends PassportStrategy(Strategy, OWN_TOKENS) {
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

  /** The role comes from the database, not from the token, so that a change of it takes effect at once. */
  async validate({ sub, series }: TokenClaims): Promise<AuthUser | null> {
    const user = await this.users.find(sub);
    return user?.tokenVersion === series ? { name: user.name, role: user.role } : null;
  }
}
