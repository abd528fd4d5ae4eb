import { HttpException } from '@nestjs/common';

export const KEYS_UNAVAILABLE =
  "The token cannot be checked: the external identity provider's keys cannot be fetched. Try again later.";

/** The external identity provider's keys cannot be fetched, so whether a token is valid is unknown. */
export class ExternalKeysError extends HttpException {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    super(KEYS_UNAVAILABLE, 503);
    this.retryAfterSeconds = Math.ceil(waitMs / 1_000);
  }
}
