import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { USER_ROLES, type UserRole } from '../auth/users/auth-user.js';
import { isUserName, USER_NAME_RULE } from '../common/credentials.js';
import { seconds } from '../config/environment.js';

interface Output {
  readonly json: boolean;
}

/** What the commands about users do; each returns the exit code. Passwords are no arguments: others could see them. */
export interface UserCommands {
  userAdd(name: string, role: UserRole | null, output: Output): Promise<number>;
  userPasswd(name: string, output: Output): Promise<number>;
  userList(output: Output): Promise<number>;
  userRemove(name: string, output: Output): Promise<number>;
  userRevoke(name: string, output: Output): Promise<number>;
  token(name: string, expiresInSeconds: number, output: Output): Promise<number>;
}

const SHORTEST_TOKEN_SECONDS = 60;
const LONGEST_TOKEN_SECONDS = 90 * 86_400;

/** Adds `user …` and `token`. */
export function addUserCommands(
  program: Command,
  commands: UserCommands,
  exit: (code: number) => void,
): void {
  const user = program.command('user').description('who may use what is guarded');
  const add = (parent: Command, name: string, description: string): Command =>
    parent.command(name).description(description).option('--json', 'print JSON', false);

  add(user, 'add', 'add a user; asks for the password, or reads it from standard input')
    .addArgument(userName())
    .addOption(
      new Option('--role <role>', 'left out: admin for the first user, viewer for others').choices(
        USER_ROLES,
      ),
    )
    .action(async (name: string, { role, json }: Output & { role?: UserRole }) => {
      exit(await commands.userAdd(name, role ?? null, { json }));
    });
  add(user, 'passwd', 'set a password, which ends all tokens of the user')
    .addArgument(userName())
    .action(async (name: string, output: Output) => {
      exit(await commands.userPasswd(name, output));
    });
  add(user, 'list', 'the users').action(async (output: Output) => {
    exit(await commands.userList(output));
  });
  add(user, 'remove', 'remove a user, whose tokens end with it')
    .addArgument(userName())
    .action(async (name: string, output: Output) => {
      exit(await commands.userRemove(name, output));
    });
  add(user, 'revoke', 'end all tokens of a user')
    .addArgument(userName())
    .action(async (name: string, output: Output) => {
      exit(await commands.userRevoke(name, output));
    });
  add(program, 'token', 'print a token for a user; "user revoke" ends it')
    .addArgument(userName())
    .option('--expires-in <time>', 'such as 12h or 30d, from 1m to 90d', tokenLife, tokenLife('30d'))
    .action(async (name: string, { expiresIn, json }: Output & { expiresIn: number }) => {
      exit(await commands.token(name, expiresIn, { json }));
    });
}

function userName(): Argument {
  return new Argument('<name>', USER_NAME_RULE).argParser((value) => {
    if (isUserName(value)) return value;
    throw new InvalidArgumentError(`It must be ${USER_NAME_RULE}.`);
  });
}

function tokenLife(value: string): number {
  const life = seconds(value);
  if (life >= SHORTEST_TOKEN_SECONDS && life <= LONGEST_TOKEN_SECONDS) return life;
  throw new InvalidArgumentError('It must be a time such as 12h or 30d, from 1m to 90d.');
}
