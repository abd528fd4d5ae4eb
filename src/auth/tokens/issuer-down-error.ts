import { HttpException } from '@nestjs/common';

/** Nobody can say whether the token is good. */
export class IssuerDownError extends HttpException {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    super("The token's issuer does not give its keys now, so the token can't be checked. Try again.", 503);
    this.retryAfterSeconds = Math.ceil(waitMs / 1_000);
  }
}
