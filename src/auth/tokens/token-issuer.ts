import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { CLOCK, type Clock } from '../../common/clock.js';
import { ALGORITHM, AUDIENCE, ISSUER, type TokenClaims } from './token-claims.js';
import { SigningKey } from './signing-key.js';
import { type IssuedTokenRecord, TokensRepository } from './tokens.repository.js';
import type { User } from '../users/users.repository.js';

export interface IssuedToken {
  readonly id: string;
  readonly token: string;
  readonly expiresInSeconds: number;
}

type Issue = Pick<IssuedTokenRecord, 'source' | 'address'> & Pick<IssuedToken, 'expiresInSeconds'>;

/** Signs tokens for our users, and records them. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly jwt: JwtService,
    private readonly key: SigningKey,
    private readonly tokens: TokensRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async issue(
    { name, tokenVersion }: User,
    { expiresInSeconds, source, address }: Issue,
  ): Promise<IssuedToken> {
    const id = randomUUID();
    const iat = Math.floor(this.clock.now().getTime() / 1_000);
    const exp = iat + expiresInSeconds;
    const claims: TokenClaims = { sub: name, series: tokenVersion, jti: id };
    const token = await this.jwt.signAsync(
      { ...claims, iat, exp, iss: ISSUER, aud: AUDIENCE },
      { algorithm: ALGORITHM, secret: await this.key.get() },
    );
    const [issuedAt, expiresAt] = [new Date(1_000 * iat), new Date(1_000 * exp)];
    await this.tokens.add({ id, username: name, tokenVersion, source, address, issuedAt, expiresAt });
    return { id, token, expiresInSeconds };
  }
}
