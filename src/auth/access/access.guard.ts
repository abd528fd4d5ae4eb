import { type ExecutionContext, ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request, Response } from 'express';
import { type Access, ACCESS, NO_TOKEN, roleRequired } from './access.decorators.js';
import { type AuthUser, USER_ROLES } from '../users/auth-user.js';
import { challenge } from './challenge.js';
import { OWN_TOKENS } from '../tokens/own-tokens.strategy.js';
import { EXTERNAL_TOKENS } from '../tokens/external-tokens.strategy.js';

const INVALID_TOKEN = 'The token is invalid, expired or revoked. Get a new one from POST /auth/login.';

/** Requires a valid token on every route that is not `@Public()`. */
@Injectable()
export class AccessGuard extends AuthGuard([OWN_TOKENS, EXTERNAL_TOKENS]) {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.accessOf(context);
    const request = context.switchToHttp().getRequest<Request>();
    if (access === 'public' && request.headers.authorization === undefined) return true;
    await super.canActivate(context);
    if (access === 'public') return true;
    const { role } = request.user as AuthUser;
    if (!access.includes(role)) {
      challenge(context.switchToHttp().getResponse<Response>(), 'insufficient_scope');
      throw new ForbiddenException(roleRequired(access, role));
    }
    return true;
  }

  /** @param user false when no strategy accepted the token */
  override handleRequest<User>(error: unknown, user: User, _: unknown, context: ExecutionContext): User {
    if (this.accessOf(context) === 'public') return (user === false ? undefined : user) as User;
    if (error !== null && error !== undefined) throw error as Error;
    if (user !== false) return user;
    const http = context.switchToHttp();
    const hasToken = http.getRequest<Request>().headers.authorization !== undefined;
    challenge(http.getResponse<Response>(), hasToken ? 'invalid_token' : null);
    throw new UnauthorizedException(hasToken ? INVALID_TOKEN : NO_TOKEN);
  }

  private accessOf(context: ExecutionContext): Access {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) ?? USER_ROLES;
  }
}
