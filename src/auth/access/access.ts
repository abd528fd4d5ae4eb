import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import type { AuthUser } from '../users/auth-user.js';

/** What a route asks of its caller; where nothing is said, a good token. */
export type Access = 'open' | 'signed_in' | 'admin';
export const ACCESS = 'movie-pipeline:access';
/** The OpenAPI document's names: log in by password, or bring a token; either will do. */
export const SECURITY = { password: 'password', token: 'token' } as const;

/** For everybody. A good token still tells who asks; a bad one is ignored. */
export function Open(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, 'open' satisfies Access);
}

/** For whoever has a good token. */
export function SignedIn(): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, 'signed_in' satisfies Access),
    ApiSecurity(SECURITY.password),
    ApiSecurity(SECURITY.token),
    ApiProblem(401, 503),
  );
}

/** For admins. */
export function Admin(): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, 'admin' satisfies Access),
    ApiSecurity(SECURITY.password),
    ApiSecurity(SECURITY.token),
    ApiProblem(401, 403, 503),
  );
}

/** The caller, or null on an open route without a good token. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): AuthUser | null => {
  return (context.switchToHttp().getRequest<Request>().user as AuthUser | undefined) ?? null;
});
