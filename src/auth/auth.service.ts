import { Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { LoginThrottle } from './login-throttle.js';
import { Passwords } from './passwords.js';
import { Tokens } from './tokens.js';
import { UsersRepository } from './users.repository.js';

export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** Gives a token for a name and a password. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly throttle: LoginThrottle,
    private readonly tokens: Tokens,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** @throws HttpException 401, the same for a wrong name and a wrong password; 429 or 503 when there are too many */
  async login(name: string, password: string, address: string): Promise<IssuedToken> {
    await this.throttle.admit(address, name);
    const user = await this.users.find(name);
    if (!(await this.passwords.matches(user?.passwordHash ?? null, password)) || user === null) {
      this.throttle.failed(address, name);
      throw new UnauthorizedException(
        'Name or password is wrong. "movie-pipeline user list" names the users; "user passwd" sets a new password.',
      );
    }
    this.throttle.succeeded(name);
    const { expiresInSeconds } = this.config.auth;
    return { token: await this.tokens.issue(user, expiresInSeconds), expiresInSeconds };
  }
}
