import { BadRequestException, ValidationPipe, type ValidationError } from '@nestjs/common';

/** Refuses fields that nobody knows, and names every fault of a request at once. */
export function validation(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    exceptionFactory: (errors) => new BadRequestException(errors.flatMap(faultsOf)),
  });
}

/** class-validator's tree of errors as plain sentences. */
function faultsOf(error: ValidationError): string[] {
  return [...Object.values(error.constraints ?? {}), ...(error.children ?? []).flatMap(faultsOf)];
}
