import { BadRequestException, ConflictException, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit/audit-trail.js';
import { isUserName } from '../../common/credentials.js';
import { AuditLog } from '../../common/logging/audit-log.js';
import type { IssuedToken } from '../tokens/token-issuer.js';
import type { AuthUser } from '../users/auth-user.js';
import { UserError, UsersService } from '../users/users.service.js';
import { LoginService } from './login.service.js';

export const EXTERNAL_USER =
  'The password of this user belongs to the external identity provider. Change it there.';
const WRONG_PASSWORD =
  'The current password is wrong. "npx movie-pipeline user passwd NAME" sets a new one without it.';

/** Changes the password of a signed-in user. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly logins: LoginService,
    private readonly users: UsersService,
    private readonly log: AuditLog,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Invalidates all of the user's tokens, and returns a new one.
   * @throws HttpException 400 for a wrong or unacceptable password, 409 for an external user, 429 or 503 as a login
   */
  async change(
    { name }: AuthUser,
    passwords: { readonly current: string; readonly next: string },
    address: string,
  ): Promise<IssuedToken> {
    // The name of an external user contains a slash.
    if (!isUserName(name)) throw new ConflictException(EXTERNAL_USER);
    if ((await this.logins.verify(name, passwords.current, address)) === null) {
      this.log.record('login.failed', { reason: 'wrong_current_password' });
      throw new BadRequestException(WRONG_PASSWORD);
    }
    try {
      const issued = await this.logins.issue(await this.users.setPassword(name, passwords.next), address);
      await this.audit.record('token.issued', { user: name, tokenId: issued.id });
      return issued;
    } catch (error) {
      if (error instanceof UserError) throw new BadRequestException(error.message, { cause: error });
      throw error;
    }
  }
}
