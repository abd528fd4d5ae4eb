import { userInfo } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { requestContext } from './request-context.js';

export type AuditAction =
  | `login.${'succeeded' | 'failed' | 'throttled'}`
  | 'logout'
  | 'access.refused'
  | `run.${'triggered' | 'cancelled'}`
  | `scheduler.${'started' | 'stopped' | 'job_changed'}`
  | `user.${'added' | 'password_changed' | 'removed' | 'revoked'}`
  | `token.${'issued' | 'revoked'}`;

/** Who did it, where the context of the request does not tell, and what it was done to. */
export interface AuditDetails {
  readonly actor?: string;
  readonly reason?: string;
  readonly [name: string]: unknown;
}

/**
 * Records who did what, from where, as log events `audit.…` with `actor`, `address` and, for refusals, `reason`. The actor
 * is the signed-in user of the request, or of a command the user of the operating system, as `os:name`.
 */
@Injectable()
export class AuditLog {
  private readonly logger = new Logger('Audit');

  record(action: AuditAction, details: AuditDetails = {}): void {
    const request = requestContext.getStore();
    const actor = request === undefined ? operatingSystemUser() : request.actor;
    this.logger.log({ event: `audit.${action}`, actor, address: request?.address ?? null, ...details });
  }
}

/** In a container, the user id may have no name. */
function operatingSystemUser(): string {
  try {
    return `os:${userInfo().username}`;
  } catch {
    return `os:${process.getuid?.() ?? 'unknown'}`;
  }
}
