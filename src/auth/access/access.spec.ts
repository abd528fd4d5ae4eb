import { ServerResponse, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { UnauthorizedException } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { AuthUser } from '../users/auth-user.js';
import { CurrentUser, OptionalUser, Readable } from './access.decorators.js';
import { AuditLog } from '../../common/logging/audit-log.js';
import { loadConfig } from '../../config/load-config.js';
import { AccessGuard } from './access.guard.js';

class Routes {
  unmarked(@CurrentUser() user: AuthUser): AuthUser {
    return user;
  }

  @Readable()
  readable(@OptionalUser() user: AuthUser | null): AuthUser | null {
    return user;
  }
}

type Handler = 'unmarked' | 'readable';
const ANN: AuthUser = { name: 'ann', role: 'viewer', tokenId: null };

function contextOf(handler: Handler, user?: AuthUser): ExecutionContextHost {
  const request = Object.assign(new IncomingMessage(new Socket()), { user, method: 'GET', path: '/' });
  return new ExecutionContextHost(
    [request, new ServerResponse(request)],
    Routes,
    Reflect.get(Routes.prototype, handler),
  );
}

/** What the parameter decorator of a handler gives. */
function argumentOf(handler: Handler, user?: AuthUser): unknown {
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, Routes, handler) as Record<
    string,
    { readonly factory: (data: unknown, context: ExecutionContextHost) => unknown }
  >;
  return Object.values(parameters)[0]?.factory(undefined, contextOf(handler, user));
}

describe('access to a route', () => {
  it('a route without access metadata refuses a request without a valid token', () => {
    const guard = new AccessGuard(new Reflector(), new AuditLog(), loadConfig({}, { tmdbKey: false }));
    const answer = (handler: Handler): unknown =>
      guard.handleRequest<unknown>(null, false, undefined, contextOf(handler));
    expect(() => answer('unmarked')).toThrow(UnauthorizedException);
    expect(answer('readable')).toBeUndefined();
  });

  it('@CurrentUser() gives the user and throws when there is none', () => {
    expect(argumentOf('unmarked', ANN)).toBe(ANN);
    expect(() => argumentOf('unmarked')).toThrow('requires a guarded route');
  });

  it('@OptionalUser() gives the user, or null when there is none', () => {
    expect(argumentOf('readable', ANN)).toBe(ANN);
    expect(argumentOf('readable')).toBeNull();
  });
});
