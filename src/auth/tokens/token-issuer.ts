import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { CLOCK, type Clock } from '../../common/clock.js';
import { ALGORITHM, AUDIENCE, ISSUER, type TokenClaims } from './token-claims.js';
import { SigningKey } from './signing-key.js';
import type { User } from '../users/users.repository.js';

/** Signs tokens for our users. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly jwt: JwtService,
    private readonly key: SigningKey,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async issue({ name, tokenVersion }: User, expiresInSeconds: number): Promise<string> {
    const now = Math.floor(this.clock.now().getTime() / 1_000);
    const claims: TokenClaims = { sub: name, series: tokenVersion };
    return this.jwt.signAsync(
      { ...claims, iat: now, exp: now + expiresInSeconds, iss: ISSUER, aud: AUDIENCE },
      { algorithm: ALGORITHM, secret: await this.key.get() },
    );
  }
}
