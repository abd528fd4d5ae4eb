import { BadRequestException, ValidationPipe, type ValidationError } from '@nestjs/common';

/** Rejects unknown fields, and reports the faults of a request together. */
export function validation(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    exceptionFactory: (errors) => new BadRequestException(errors.flatMap(faultsOf)),
  });
}

/** Flattens class-validator's tree of errors into sentences. */
function faultsOf(error: ValidationError): string[] {
  return [...Object.values(error.constraints ?? {}), ...(error.children ?? []).flatMap(faultsOf)];
}
