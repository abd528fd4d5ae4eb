import { type ExecutionContext, ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request, Response } from 'express';
import { type Access, ACCESS } from './access.js';
import type { AuthUser } from '../users/auth-user.js';
import { challenge } from './challenge.js';
import { OWN_TOKENS } from '../tokens/own-tokens.strategy.js';
import { EXTERNAL_TOKENS } from '../tokens/external-tokens.strategy.js';

const NO_TOKEN = 'This needs a token: POST /auth/login gives one. Send it as "Authorization: Bearer …".';
const BAD_TOKEN = 'The token is not valid, or no longer. POST /auth/login gives a new one.';

/** Closed by default: a route that says nothing wants a good token. */
@Injectable()
export class AccessGuard extends AuthGuard([OWN_TOKENS, EXTERNAL_TOKENS]) {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.accessOf(context);
    const request = context.switchToHttp().getRequest<Request>();
    if (access === 'open' && request.headers.authorization === undefined) return true;
    await super.canActivate(context);
    if (access === 'admin' && (request.user as AuthUser | undefined)?.role !== 'admin') {
      challenge(context.switchToHttp().getResponse<Response>(), 'insufficient_scope');
      throw new ForbiddenException('This is for admins, and your role is viewer. Ask an admin to do it.');
    }
    return true;
  }

  /** Passport's answer: an error, a user, or neither. */
  override handleRequest<User>(error: unknown, user: User, _: unknown, context: ExecutionContext): User {
    if (this.accessOf(context) === 'open') return (user === false ? undefined : user) as User;
    if (error !== null && error !== undefined) throw error as Error;
    if (user !== false) return user;
    const http = context.switchToHttp();
    const sent = http.getRequest<Request>().headers.authorization !== undefined;
    challenge(http.getResponse<Response>(), sent ? 'invalid_token' : null);
    throw new UnauthorizedException(sent ? BAD_TOKEN : NO_TOKEN);
  }

  private accessOf(context: ExecutionContext): Access {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) ?? 'signed_in';
  }
}
