import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { StartupRetry } from '../../database/connection/startup-retry.js';
import { randomPassword, UsersService } from './users.service.js';

/**
 * Creates the first user, if there is none: from ADMIN_USERNAME and ADMIN_PASSWORD, or on a terminal with a random
 * password, which `printPassword` prints at the end of the start.
 */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdmin.name);
  private password: string | null = null;

  constructor(
    private readonly users: UsersService,
    private readonly startupRetry: StartupRetry,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.roles.includes('api')) await this.startupRetry.run(() => this.ensure());
  }

  private async ensure(): Promise<void> {
    const { auth } = this.config;
    if ((await this.users.list()).length > 0) return;
    if (auth.admin !== null) {
      const { username, password } = auth.admin;
      if (await this.users.addFirst(username, password)) {
        this.logger.log({ event: 'first_admin.created', username });
      }
    } else if (process.stdout.isTTY) {
      await this.create();
    } else {
      this.logger.warn({
        event: 'first_admin.missing',
        todo: 'There are no users, so nobody can log in. Run: npx movie-pipeline user add NAME --role admin',
      });
    }
  }

  /** Prints the password that was made up, once. */
  printPassword(): void {
    if (this.password === null) return;
    process.stdout.write(`The first user (shown only once): name admin, password ${this.password}\n\n`);
    this.password = null;
  }

  private async create(): Promise<void> {
    const password = randomPassword();
    if (await this.users.addFirst('admin', password)) this.password = password;
  }
}
