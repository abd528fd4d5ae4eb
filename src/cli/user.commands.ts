import type { UserRole } from '../auth/users/auth-user.js';
import { UsersService } from '../auth/users/users.service.js';
import { commandConfig, withApplication } from './context.js';
import { EXIT } from './exit-code.js';
import { table } from './format.js';
import { readPassword } from './read-password.js';

interface Output {
  readonly json: boolean;
}

async function withUsers<T>(
  use: (users: UsersService) => Promise<T>,
  needs: { readonly tokens: boolean } = { tokens: false },
): Promise<T> {
  const config = commandConfig({ tmdbKey: false, ...needs });
  return withApplication(config, 'check', (app) => use(app.get(UsersService)));
}

function say(value: object, text: string, { json }: Output): number {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
  return EXIT.success;
}

/** Adds a user. */
export async function userAddCommand(name: string, role: UserRole | null, output: Output): Promise<number> {
  const password = await readPassword(name);
  const given = await withUsers((users) => users.add(name, password, role));
  return say({ name, role: given }, `Added ${name}, ${given}.`, output);
}

/** Sets a user's password. */
export async function userPasswdCommand(name: string, output: Output): Promise<number> {
  const password = await readPassword(name);
  await withUsers((users) => users.setPassword(name, password));
  return say({ name }, `${name} has a new password, and no token any more.`, output);
}

/** Tells who there is. */
export async function userListCommand(output: Output): Promise<number> {
  const users = await withUsers((all) => all.list());
  const rows = users.map(({ name, role, createdAt }) => ({
    name,
    role,
    created_at: createdAt.toISOString(),
  }));
  const text = table(
    ['name', 'role', 'created'],
    rows.map((row) => [row.name, row.role, row.created_at]),
  );
  return say(rows, rows.length === 0 ? 'No users. Run: npx movie-pipeline user add NAME' : text, output);
}

/** Removes a user, and with it all its tokens. */
export async function userRemoveCommand(name: string, output: Output): Promise<number> {
  await withUsers((users) => users.remove(name));
  return say({ name }, `Removed ${name}.`, output);
}

/** Ends all tokens of a user. */
export async function userRevokeCommand(name: string, output: Output): Promise<number> {
  await withUsers((users) => users.revoke(name));
  return say({ name }, `${name} has no token any more, and may log in for a new one.`, output);
}

/** Prints a token, and nothing else unless as JSON. */
export async function tokenCommand(name: string, expiresInSeconds: number, output: Output): Promise<number> {
  const token = await withUsers((users) => users.token(name, expiresInSeconds), { tokens: true });
  return say({ access_token: token, token_type: 'bearer', expires_in: expiresInSeconds }, token, output);
}
