import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { type Attempt, LoginThrottle } from './login-throttle.js';
import { Passwords } from '../users/passwords.js';
import { type IssuedToken, TokenIssuer } from '../tokens/token-issuer.js';
import { type User, UsersRepository } from '../users/users.repository.js';

/** Exchanges a name and a password for a token. */
@Injectable()
export class LoginService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly throttle: LoginThrottle,
    private readonly tokens: TokenIssuer,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * Null for a wrong name and for a wrong password, after the same work.
   * @throws HttpException 429 or 503 when there are too many attempts
   */
  async login(name: string, password: string, address: string): Promise<IssuedToken | null> {
    const user = await this.verify(name, password, address);
    return user === null ? null : this.issue(user, address);
  }

  issue(user: User, address: string): Promise<IssuedToken> {
    const { expiresInSeconds } = this.config.auth;
    return this.tokens.issue(user, { source: 'login', address, expiresInSeconds });
  }

  /**
   * The user, if the password is right; a wrong one counts as a failed login.
   * @throws HttpException 429 or 503 when there are too many attempts
   */
  async verify(name: string, password: string, address: string): Promise<User | null> {
    const attempt = this.throttle.admit(address, name);
    try {
      const user = await this.verifiedUser(name, password, attempt);
      if (user !== null) attempt.succeed();
      return user;
    } catch (error) {
      attempt.forgive();
      throw error;
    }
  }

  private async verifiedUser(
    name: string,
    password: string,
    { isFromKnownNetwork }: Attempt,
  ): Promise<User | null> {
    const user = await this.users.find(name);
    const isMatch = await this.passwords.matches(user?.passwordHash ?? null, password, {
      isUrgent: isFromKnownNetwork,
    });
    return isMatch ? user : null;
  }
}
