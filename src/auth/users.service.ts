import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { isPassword, isUserName, PASSWORD_RULE, USER_NAME_RULE } from '../common/credentials.js';
import type { UserRole } from './auth-user.js';
import { Passwords } from './passwords.js';
import { Tokens } from './tokens.js';
import { type User, UsersRepository } from './users.repository.js';

/** What is asked for can't be done; the message says why. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Manages who may use what is guarded. Every method rejects with a UserError when that can't be done. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly tokens: Tokens,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  list(): Promise<User[]> {
    return this.users.list();
  }

  async add(name: string, password: string, role: UserRole): Promise<void> {
    if (!isUserName(name)) throw new UserError(`The name must be ${USER_NAME_RULE}.`);
    const passwordHash = await this.hash(password);
    const added = await this.users.add({ name, role, passwordHash, createdAt: this.clock.now() });
    if (!added)
      throw new UserError(`There is a user ${name} already. "user passwd ${name}" sets a password.`);
  }

  /** Adds an admin if there is no user at all. Returns whether it did. */
  async addFirst(name: string, password: string): Promise<boolean> {
    if (!(await this.users.isEmpty())) return false;
    const passwordHash = await this.hash(password);
    return this.users.add({ name, role: 'admin', passwordHash, createdAt: this.clock.now() });
  }

  /** Sets a password, and ends all tokens of the user. */
  async setPassword(name: string, password: string): Promise<void> {
    if (!(await this.users.setPassword(name, await this.hash(password)))) throw noSuchUser(name);
  }

  async remove(name: string): Promise<void> {
    if (!(await this.users.remove(name))) throw noSuchUser(name);
  }

  /** Ends all tokens of a user. */
  async revoke(name: string): Promise<void> {
    if (!(await this.users.revokeTokens(name))) throw noSuchUser(name);
  }

  /** A token for a user, without the password. */
  async token(name: string, expiresInSeconds: number): Promise<string> {
    const user = await this.users.find(name);
    if (user === null) throw noSuchUser(name);
    return this.tokens.issue(user, expiresInSeconds);
  }

  private hash(password: string): Promise<string> {
    if (!isPassword(password)) throw new UserError(`The password must be ${PASSWORD_RULE}.`);
    return this.passwords.hash(password);
  }
}

export function randomPassword(): string {
  return randomBytes(12).toString('base64url');
}

function noSuchUser(name: string): UserError {
  return new UserError(`There is no user ${name}. "movie-pipeline user list" names them.`);
}
