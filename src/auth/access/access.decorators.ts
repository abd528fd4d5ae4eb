import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { KEYS_UNAVAILABLE } from '../tokens/external-keys-error.js';
import { type AuthUser, USER_ROLES, type UserRole } from '../users/auth-user.js';

/**
 * Who may call a route. `public`: anyone, and tokens are not looked at. `readable`: anyone, or signed-in users where
 * READ_ACCESS requires it. `movies`: as `readable`, by MOVIES_ACCESS. A route without metadata is open to USER_ROLES. A
 * handler's metadata overrides its controller's.
 */
export type Access = 'public' | 'readable' | 'movies' | readonly UserRole[];
export const ACCESS = 'movie-pipeline:access';
/** The security schemes of the OpenAPI document. A guarded route accepts either. */
export const SECURITY = { password: 'password', token: 'token' } as const;

export const NO_TOKEN =
  'This request requires a token. Get one from POST /auth/login and send it as "Authorization: Bearer …".';

export function roleRequired(accepted: readonly string[], role: UserRole): string {
  return `This request requires the role ${accepted.join(' or ')}, and your role is ${role}. Ask an admin.`;
}

/** No token is required, and none is verified. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, 'public' satisfies Access);
}

/**
 * No token is required, unless READ_ACCESS is `signed_in`. A valid one identifies the caller; an invalid one is ignored,
 * and so is an external one while the provider's keys are not cached.
 */
export function Readable(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, 'readable' satisfies Access);
}

/** As {@link Readable}, for what MOVIES_ACCESS opens or closes. */
export function MoviesReadable(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, 'movies' satisfies Access);
}

/** Any signed-in user, which is the default: this documents it in OpenAPI. */
export function Authenticated(): MethodDecorator & ClassDecorator {
  return guarded(USER_ROLES, { 401: NO_TOKEN, 503: KEYS_UNAVAILABLE });
}

/** Signed-in users who have one of the roles. */
export function Roles(...roles: UserRole[]): MethodDecorator & ClassDecorator {
  return guarded(roles, { 401: NO_TOKEN, 403: roleRequired(roles, 'viewer'), 503: KEYS_UNAVAILABLE });
}

function guarded(
  access: Access,
  problems: Parameters<typeof ApiProblem>[0],
): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, access),
    ApiSecurity(SECURITY.password),
    ApiSecurity(SECURITY.token),
    ApiProblem(problems),
  );
}

/** The caller of a guarded route. On another route it throws; use {@link OptionalUser} on a `@Readable()` one. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): AuthUser => {
  const user = userOf(context);
  if (user === null) throw new Error('@CurrentUser() requires a guarded route.');
  return user;
});

/** The caller of a `@Readable()` route; null without a valid token. */
export const OptionalUser = createParamDecorator((_: unknown, context: ExecutionContext): AuthUser | null =>
  userOf(context),
);

function userOf(context: ExecutionContext): AuthUser | null {
  return (context.switchToHttp().getRequest<Request>().user as AuthUser | undefined) ?? null;
}
