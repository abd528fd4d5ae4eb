import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { isPassword, isUserName, PASSWORD_RULE, USER_NAME_RULE } from '../../common/credentials.js';
import type { UserRole } from './auth-user.js';
import { Passwords } from './passwords.js';
import { Tokens } from '../tokens/tokens.js';
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

  /** @param role null: an admin if there is no user yet, or else a viewer; returns which */
  async add(name: string, password: string, role: UserRole | null): Promise<UserRole> {
    if (!isUserName(name)) throw new UserError(`The name is refused: it must be ${USER_NAME_RULE}.`);
    const passwordHash = await this.hash(password);
    const given = role ?? ((await this.users.isEmpty()) ? 'admin' : 'viewer');
    if (!(await this.insert(name, given, passwordHash)))
      throw new UserError(`There is a user ${name} already. "user passwd ${name}" sets a password.`);
    return given;
  }

  /** Adds an admin if there is no user at all. Returns whether it did. */
  async addFirst(name: string, password: string): Promise<boolean> {
    if (!(await this.users.isEmpty())) return false;
    return this.insert(name, 'admin', await this.hash(password));
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

  private insert(name: string, role: UserRole, passwordHash: string): Promise<boolean> {
    return this.users.add({ name, role, passwordHash, createdAt: this.clock.now() });
  }

  private hash(password: string): Promise<string> {
    if (!isPassword(password)) throw new UserError(`The password is refused: it must be ${PASSWORD_RULE}.`);
    return this.passwords.hash(password);
  }
}

export function randomPassword(): string {
  return randomBytes(12).toString('base64url');
}

function noSuchUser(name: string): UserError {
  return new UserError(`There is no user ${name}. "movie-pipeline user list" names them.`);
}
