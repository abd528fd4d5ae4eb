import {
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request, Response } from 'express';
import { AuditLog } from '../../common/logging/audit-log.js';
import { requestContext } from '../../common/logging/request-context.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { type Access, ACCESS, NO_TOKEN, roleRequired } from './access.decorators.js';
import { type AuthUser, USER_ROLES } from '../users/auth-user.js';
import { challenge } from './challenge.js';
import { OWN_TOKENS } from '../tokens/own-tokens.strategy.js';
import { type AuthenticateOptions, EXTERNAL_TOKENS } from '../tokens/external-tokens.strategy.js';

const MAX_PATH_LENGTH = 200;
const INVALID_TOKEN = 'The token is invalid, expired or revoked. Get a new one from POST /auth/login.';

/** Requires a valid token on every route that is not `@Public()`, and on readable ones where the settings require it. */
@Injectable()
export class AccessGuard extends AuthGuard([OWN_TOKENS, EXTERNAL_TOKENS]) {
  constructor(
    private readonly reflector: Reflector,
    private readonly audit: AuditLog,
    @Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'auth'>,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.accessOf(context);
    const request = context.switchToHttp().getRequest<Request>();
    if (access === 'public') return true;
    if (access === 'anyone' && request.headers.authorization === undefined) return true;
    await super.canActivate(context);
    const user = request.user as AuthUser | undefined;
    const current = requestContext.getStore();
    if (current !== undefined) current.actor = user?.name ?? null;
    if (access !== 'anyone' && user !== undefined) this.requireRole(user, access, context);
    return true;
  }

  /** A request for what anyone may read does not wait for the external identity provider. */
  override getAuthenticateOptions(context: ExecutionContext): AuthenticateOptions {
    return { mayWait: this.accessOf(context) !== 'anyone' };
  }

  /** @param user false when no strategy accepted the token */
  override handleRequest<User>(error: unknown, user: User, _: unknown, context: ExecutionContext): User {
    if (this.accessOf(context) === 'anyone') return (user === false ? undefined : user) as User;
    if (error !== null && error !== undefined) throw error as Error;
    if (user !== false) return user;
    const http = context.switchToHttp();
    const hasToken = http.getRequest<Request>().headers.authorization !== undefined;
    challenge(http.getResponse<Response>(), hasToken ? 'invalid_token' : null);
    this.refused(context, hasToken ? 'invalid_token' : 'no_token');
    throw new UnauthorizedException(hasToken ? INVALID_TOKEN : NO_TOKEN);
  }

  private requireRole({ role }: AuthUser, allowed: readonly string[], context: ExecutionContext): void {
    if (allowed.includes(role)) return;
    challenge(context.switchToHttp().getResponse<Response>(), 'insufficient_scope');
    this.refused(context, 'insufficient_role');
    throw new ForbiddenException(roleRequired(allowed, role));
  }

  private refused(context: ExecutionContext, reason: string): void {
    const { method, path } = context.switchToHttp().getRequest<Request>();
    this.audit.record('access.refused', { reason, method, path: path.slice(0, MAX_PATH_LENGTH) });
  }

  private accessOf(context: ExecutionContext): 'public' | 'anyone' | readonly string[] {
    const targets = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) ?? USER_ROLES;
    if (access !== 'readable' && access !== 'movies') return access;
    const { readAccess, moviesAccess } = this.config.auth;
    return (access === 'movies' ? moviesAccess : readAccess) === 'open' ? 'anyone' : USER_ROLES;
  }
}
