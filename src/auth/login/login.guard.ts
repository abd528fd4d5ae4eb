import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
} from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../../common/logging/audit-log.js';
import { isUserName } from '../../common/credentials.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { FOREIGN_PAGE, isFromOwnPage } from './login-origin.js';
import { LoginThrottle } from './login-throttle.js';

/** Refuses logins that pages of other origins send, and throttled ones, before their body is validated. */
@Injectable()
export class LoginGuard implements CanActivate {
  constructor(
    private readonly throttle: LoginThrottle,
    private readonly audit: AuditLog,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const actor = nameOf(request.body);
    if (!isFromOwnPage(request, this.config.http.corsOrigins)) {
      this.audit.record('access.refused', {
        actor,
        reason: 'cross_origin',
        method: 'POST',
        path: request.path,
      });
      throw new ForbiddenException(FOREIGN_PAGE);
    }
    this.throttle.check(request.ip ?? '', actor);
    return true;
  }
}

/** Empty when the body has no valid name. */
function nameOf(body: unknown): string {
  const name = typeof body === 'object' && body !== null && 'username' in body ? body.username : null;
  return typeof name === 'string' && isUserName(name) ? name : '';
}
