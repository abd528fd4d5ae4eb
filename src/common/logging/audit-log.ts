import { userInfo } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { requestContext } from './request-context.js';

/** What the audit trail keeps as well. */
export type TrailAction =
  | `run.${'triggered' | 'cancelled'}`
  | `scheduler.${'started' | 'stopped' | 'job_changed'}`
  | `user.${'added' | 'password_changed' | 'removed' | 'revoked'}`
  | `token.${'issued' | 'revoked'}`
  | 'content.purged';

export type AuditAction =
  TrailAction | `login.${'succeeded' | 'failed' | 'throttled'}` | 'logout' | 'access.refused';

/** Who did something. */
export interface AuditOrigin {
  readonly actor: string | null;
  /** The client's; null from the command line. */
  readonly address: string | null;
}

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

  record(action: AuditAction, details: AuditDetails = {}): AuditOrigin {
    const request = requestContext.getStore();
    const actor = request === undefined ? operatingSystemUser() : request.actor;
    const origin = { actor, address: request?.address ?? null };
    this.logger.log({ event: `audit.${action}`, ...origin, ...details });
    return origin;
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
