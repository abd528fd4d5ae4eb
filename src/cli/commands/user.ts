import { type Command, Option } from 'commander';
import { USER_ROLES, type UserRole } from '../../auth/users/auth-user.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { print, table } from '../format.js';
import { readPassword } from '../read-password.js';
import { userNameArgument } from '../user-name.js';
import { withUsers } from '../with-users.js';

/** Adds `user add|passwd|list|remove|revoke`. Passwords are not arguments, since other users could read those. */
export function addUserCommands(program: Command): void {
  const user = program.command('user').description('manage users');
  addCommand(user, 'add', 'add a user; asks for the password, or reads it from standard input')
    .addArgument(userNameArgument())
    .addOption(
      new Option('--role <role>', 'default: admin for the first user, viewer for others').choices(USER_ROLES),
    )
    .action(exitWith(addUser));
  addCommand(user, 'passwd', "set a user's password, which revokes all of the user's tokens")
    .addArgument(userNameArgument())
    .action(exitWith(setPassword));
  addCommand(user, 'list', 'list the users').action(exitWith(listUsers));
  addCommand(user, 'remove', "remove a user, which revokes all of the user's tokens")
    .addArgument(userNameArgument())
    .option('--force', 'remove the last admin too', false)
    .action(exitWith(removeUser));
  addCommand(user, 'revoke', "revoke all of a user's tokens")
    .addArgument(userNameArgument())
    .action(exitWith(revokeTokens));
}

async function addUser(
  name: string,
  { role = null, json }: Output & { readonly role?: UserRole | null },
): Promise<number> {
  const password = await readPassword(name);
  const given = await withUsers((users) => users.add(name, password, role));
  print({ name, role: given }, `Added ${name}, ${given}.`, { json });
  return EXIT.success;
}

async function setPassword(name: string, output: Output): Promise<number> {
  const password = await readPassword(name);
  await withUsers((users) => users.setPassword(name, password));
  print({ name }, `The password of ${name} is changed, and all of ${name}'s tokens are revoked.`, output);
  return EXIT.success;
}

async function listUsers(output: Output): Promise<number> {
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
  print(rows, rows.length === 0 ? 'There are no users. Run: npx movie-pipeline user add NAME' : text, output);
  return EXIT.success;
}

async function removeUser(
  name: string,
  { force, ...output }: Output & { readonly force: boolean },
): Promise<number> {
  await withUsers((users) => users.remove(name, force));
  print({ name }, `Removed ${name}.`, output);
  return EXIT.success;
}

async function revokeTokens(name: string, output: Output): Promise<number> {
  await withUsers((users) => users.revoke(name));
  print({ name }, `All of ${name}'s tokens are revoked.`, output);
  return EXIT.success;
}
