import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { LoginThrottle } from './login-throttle.js';
import { Passwords } from '../users/passwords.js';
import { Tokens } from '../tokens/tokens.js';
import { UsersRepository } from '../users/users.repository.js';

export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** Gives a token for a name and a password. */
@Injectable()
export class LoginService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly throttle: LoginThrottle,
    private readonly tokens: Tokens,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * Null, after the same work, for a wrong name and for a wrong password.
   * @throws HttpException 429 or 503 when there are too many attempts
   */
  async login(name: string, password: string, address: string): Promise<IssuedToken | null> {
    await this.throttle.admit(address, name);
    const user = await this.users.find(name);
    const isRight = await this.isRight(user?.passwordHash ?? null, password, () => {
      this.throttle.forgive(address, name);
    });
    if (!isRight || user === null) return null;
    this.throttle.forgive(address, name);
    const { expiresInSeconds } = this.config.auth;
    return { token: await this.tokens.issue(user, expiresInSeconds), expiresInSeconds };
  }

  /** @param untried called when there was no time to look */
  private async isRight(hash: string | null, password: string, untried: () => void): Promise<boolean> {
    try {
      return await this.passwords.matches(hash, password);
    } catch (error) {
      untried();
      throw error;
    }
  }
}
