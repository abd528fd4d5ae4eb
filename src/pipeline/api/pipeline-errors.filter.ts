import {
  type ArgumentsHost,
  Catch,
  ConflictException,
  type ExceptionFilter,
  NotFoundException,
  UnprocessableEntityException,
} from '@nestjs/common';
import { ProblemFilter } from '../../common/problem-details/problem.filter.js';
import { KeyReusedError, NoSuchRunError, RunActiveError, RunEndedError } from '../../runs/run-errors.js';

type PipelineError = RunActiveError | RunEndedError | NoSuchRunError | KeyReusedError;

/** Maps the errors of runs to HTTP statuses. */
@Catch(RunActiveError, RunEndedError, NoSuchRunError, KeyReusedError)
export class PipelineErrorsFilter implements ExceptionFilter<PipelineError> {
  private readonly problems = new ProblemFilter();

  catch(error: PipelineError, host: ArgumentsHost): void {
    this.problems.catch(asHttp(error), host);
  }
}

function asHttp(error: PipelineError): Error {
  if (error instanceof NoSuchRunError) return new NotFoundException(error.message);
  if (error instanceof KeyReusedError) return new UnprocessableEntityException(error.message);
  return new ConflictException(error.message);
}
