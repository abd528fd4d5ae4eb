import { HttpException } from '@nestjs/common';

export const SEARCH_NOT_READY =
  'The titles of the stored movies are being prepared for search, which takes minutes after an upgrade. Try again later.';

/** Until each movie has its searched titles, a search would miss some. */
export class SearchNotReadyError extends HttpException {
  readonly retryAfterSeconds = 30;

  constructor() {
    super(SEARCH_NOT_READY, 503);
  }
}
