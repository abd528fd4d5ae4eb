import { ConflictException, Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit/audit-trail.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { AuditLog } from '../../common/logging/audit-log.js';
import type { AuthUser } from '../users/auth-user.js';
import { UsersRepository } from '../users/users.repository.js';
import { noSuchUser, UserError } from '../users/users.service.js';
import { type IssuedTokenRecord, TokensRepository } from './tokens.repository.js';

export const NO_TOKEN_ID =
  'The token has no id by which it could be ended: the external identity provider or an earlier version of this ' +
  'service issued it. Log out at the provider, or change the password, which ends all tokens of the user.';

/** Lists single tokens and ends them. */
@Injectable()
export class TokensService {
  constructor(
    private readonly tokens: TokensRepository,
    private readonly users: UsersRepository,
    private readonly log: AuditLog,
    private readonly audit: AuditTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The valid tokens that have an id, newest first.
   * @param username null: of all users
   * @throws UserError when there is no such user
   */
  async list(username: string | null): Promise<IssuedTokenRecord[]> {
    if (username !== null && (await this.users.find(username)) === null) throw noSuchUser(username);
    return this.tokens.list(username, this.clock.now());
  }

  /** Returns the user whose token it was. @throws UserError when there is no such token */
  async revoke(id: string): Promise<string> {
    const user = await this.tokens.remove(id);
    if (user === null) {
      throw new UserError(`There is no token ${id}. "npx movie-pipeline token list" lists all tokens.`);
    }
    await this.audit.record('token.revoked', { user, tokenId: id });
    return user;
  }

  /** Ends the token of the request. @throws ConflictException when it has no id */
  async logout({ tokenId }: AuthUser): Promise<void> {
    if (tokenId === null) throw new ConflictException(NO_TOKEN_ID);
    await this.tokens.remove(tokenId);
    this.log.record('logout', { tokenId });
  }
}
