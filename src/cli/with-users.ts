import type { UsersService } from '../auth/users/users.service.js';

/** Runs `use` with the users of the database. */
export async function withUsers<T>(
  use: (users: UsersService) => Promise<T>,
  needs: { readonly tokens: boolean } = { tokens: false },
): Promise<T> {
  const { commandConfig, withApplication } = await import('./context.js');
  const { UsersService } = await import('../auth/users/users.service.js');
  const config = commandConfig({ tmdbKey: false, ...needs });
  return withApplication(config, 'check', (app) => use(app.get(UsersService)));
}
