/** A cursor that leads nowhere. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';

  constructor(reason = 'cursor is not one that the service has sent') {
    super(`${reason}: start again without it, and follow the Link header.`);
  }
}

/** The cursor of another list: other filters, or another order. */
export const OTHER_LIST = 'cursor was made for other filters or another sort';

export class NoSuchMovieError extends Error {
  override readonly name = 'NoSuchMovieError';

  /** @param subject such as `movie 603` */
  constructor(subject: string) {
    super(`There is no ${subject} in this database. GET /movies lists those that are stored.`);
  }
}

export class NoSuchGenreError extends Error {
  override readonly name = 'NoSuchGenreError';

  constructor(genre: string) {
    super(`There is no genre "${genre.slice(0, 50).toWellFormed()}". GET /genres lists the names and ids.`);
  }
}
