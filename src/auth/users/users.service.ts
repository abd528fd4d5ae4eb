import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit/audit-trail.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { isPassword, isUserName, PASSWORD_RULE, USER_NAME_RULE } from '../../common/credentials.js';
import type { UserRole } from './auth-user.js';
import { isGuessable } from './password-strength.js';
import { Passwords } from './passwords.js';
import { TokenIssuer } from '../tokens/token-issuer.js';
import { type User, UsersRepository } from './users.repository.js';

/** The operation is not possible. The message is meant for the operator. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Manages users and their tokens. Every method that changes something rejects with a UserError when it cannot. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly tokens: TokenIssuer,
    private readonly audit: AuditTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  list(): Promise<User[]> {
    return this.users.list();
  }

  /** @param role null: `admin` for the first user, else `viewer`. Returns the role granted. */
  async add(name: string, password: string, role: UserRole | null): Promise<UserRole> {
    if (!isUserName(name)) throw new UserError(`The name is not valid: it must be ${USER_NAME_RULE}.`);
    const passwordHash = await this.hash(password, name);
    const granted = role ?? ((await this.users.isEmpty()) ? 'admin' : 'viewer');
    if (!(await this.insert(name, granted, passwordHash)))
      throw new UserError(
        `A user ${name} already exists. "npx movie-pipeline user passwd ${name}" sets a new password.`,
      );
    await this.audit.record('user.added', { user: name, role: granted });
    return granted;
  }

  /** Adds an admin if there are no users. Returns whether it did. */
  async addFirst(name: string, password: string): Promise<boolean> {
    if (!(await this.users.isEmpty())) return false;
    const isAdded = await this.insert(name, 'admin', await this.hash(password, name));
    if (isAdded) await this.audit.record('user.added', { user: name, role: 'admin' });
    return isAdded;
  }

  /** Also invalidates all of the user's tokens. */
  async setPassword(name: string, password: string): Promise<User> {
    const user = await this.users.setPassword(name, await this.hash(password, name));
    if (user === null) throw noSuchUser(name);
    await this.audit.record('user.password_changed', { user: name });
    return user;
  }

  /** @param force whether to remove the last admin too */
  async remove(name: string, force = false): Promise<void> {
    const removal = await this.users.remove(name, force);
    if (removal === 'unknown') throw noSuchUser(name);
    if (removal === 'last admin') {
      throw new UserError(
        `${name} is the last admin: without one, nobody can trigger runs or change schedules through the API. Add ` +
          'another admin first, or use --force.',
      );
    }
    await this.audit.record('user.removed', { user: name });
  }

  /** Invalidates all of the user's tokens. */
  async revoke(name: string): Promise<void> {
    if (!(await this.users.revokeTokens(name))) throw noSuchUser(name);
    await this.audit.record('user.revoked', { user: name });
  }

  /** Issues a token without a password. */
  async token(name: string, expiresInSeconds: number): Promise<string> {
    const user = await this.users.find(name);
    if (user === null) throw noSuchUser(name);
    const { id, token } = await this.tokens.issue(user, { source: 'cli', address: null, expiresInSeconds });
    await this.audit.record('token.issued', { user: name, tokenId: id });
    return token;
  }

  private insert(name: string, role: UserRole, passwordHash: string): Promise<boolean> {
    return this.users.add({ name, role, passwordHash, createdAt: this.clock.now() });
  }

  private async hash(password: string, name: string): Promise<string> {
    if (!isPassword(password)) throw new UserError(`The password is not valid: it must be ${PASSWORD_RULE}.`);
    if (await isGuessable(password, name)) {
      throw new UserError(
        `The password of ${name} is too easy to guess. Choose four or more unrelated words, or random characters.`,
      );
    }
    return this.passwords.hash(password);
  }
}

export function randomPassword(): string {
  return randomBytes(12).toString('base64url');
}

export function noSuchUser(name: string): UserError {
  return new UserError(`There is no user ${name}. "npx movie-pipeline user list" lists all users.`);
}
