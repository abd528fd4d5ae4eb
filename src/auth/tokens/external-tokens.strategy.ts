import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import passport from 'passport';
import { bearerToken } from './bearer-token.js';
import { ExternalKeysError } from './external-keys-error.js';
import { ExternalTokens } from './external-tokens.js';

export const EXTERNAL_TOKENS = 'external';

export interface AuthenticateOptions {
  /** Whether the request may wait for the external identity provider. */
  readonly mayWait: boolean;
}

/** Accepts tokens of the external identity provider. Passport copies the strategy for each request: it has no state. */
@Injectable()
export class ExternalTokensStrategy extends passport.Strategy {
  override readonly name = EXTERNAL_TOKENS;

  constructor(private readonly tokens: ExternalTokens) {
    super();
    passport.use(this);
  }

  /** Never rejects, because passport does not await it. */
  override async authenticate(request: Request, { mayWait }: AuthenticateOptions): Promise<void> {
    const token = bearerToken(request);
    try {
      const user = token === null ? null : await this.tokens.userOf(token, mayWait);
      if (user === null) this.fail(401);
      else this.success(user);
    } catch (error) {
      if (error instanceof ExternalKeysError) this.error(error);
      else this.fail(401);
    }
  }
}
