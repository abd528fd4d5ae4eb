import { type ArgumentsHost, Catch, Logger, ServiceUnavailableException } from '@nestjs/common';
import { ProblemFilter } from '../../common/problem-details/problem.filter.js';
import { isUnavailable } from '../../database/errors/database-fault.js';
import { describeFault } from '../../database/errors/explain-error.js';

/** Every error that no other filter maps. A database that is away is 503: the same request succeeds once it is back. */
@Catch()
export class AppErrorsFilter extends ProblemFilter {
  private readonly log = new Logger(AppErrorsFilter.name);

  override catch(exception: unknown, host: ArgumentsHost): void {
    if (!isUnavailable(exception)) {
      super.catch(exception, host);
      return;
    }
    this.log.warn({ event: 'request.database_unavailable', reason: describeFault(exception) });
    super.catch(new DatabaseUnavailableException(), host);
  }
}

class DatabaseUnavailableException extends ServiceUnavailableException {
  readonly retryAfterSeconds = 5;

  constructor() {
    super('The database does not answer, or another session locks its tables. Try again in a few seconds.');
  }
}
