import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  type ExceptionFilter,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { ProblemFilter } from '../../common/problem-details/problem.filter.js';
import { ReadDeadlineError } from '../../database/bounded-reads.js';
import { InvalidCursorError, NoSuchGenreError, NoSuchMovieError } from '../reader/reading-errors.js';

type ReadingError = InvalidCursorError | NoSuchGenreError | NoSuchMovieError | ReadDeadlineError;

/** Maps the errors of reading to HTTP statuses. */
@Catch(InvalidCursorError, NoSuchGenreError, NoSuchMovieError, ReadDeadlineError)
export class ReadingErrorsFilter implements ExceptionFilter<ReadingError> {
  private readonly problems = new ProblemFilter();

  catch(error: ReadingError, host: ArgumentsHost): void {
    this.problems.catch(asHttp(error), host);
  }
}

function asHttp(error: ReadingError): Error {
  if (error instanceof ReadDeadlineError) return new TooSlowException();
  if (error instanceof NoSuchMovieError) return new NotFoundException(error.message);
  // As a fault of validation.
  return new BadRequestException([error.message]);
}

class TooSlowException extends ServiceUnavailableException {
  readonly retryAfterSeconds = 5;

  constructor() {
    super(
      'The query took too long and was cancelled. Narrow the filters, or try again later; ' +
        '"movie-pipeline doctor" says whether indexes are still being built.',
    );
  }
}
