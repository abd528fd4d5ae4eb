import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { type Attempt, LoginThrottle } from './login-throttle.js';
import { Passwords } from '../users/passwords.js';
import { TokenIssuer } from '../tokens/token-issuer.js';
import { type User, UsersRepository } from '../users/users.repository.js';

export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

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
    const attempt = this.throttle.admit(address, name);
    let user: User | null;
    try {
      user = await this.verifiedUser(name, password, attempt);
    } catch (error) {
      attempt.forgive();
      throw error;
    }
    if (user === null) return null;
    attempt.succeed();
    const { expiresInSeconds } = this.config.auth;
    return { token: await this.tokens.issue(user, expiresInSeconds), expiresInSeconds };
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
