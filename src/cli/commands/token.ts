import { type Command, InvalidArgumentError, Option } from 'commander';
import { durationSeconds } from '../../common/duration.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { print } from '../format.js';
import { userNameArgument } from '../user-name.js';
import { withUsers } from '../with-users.js';

const SHORTEST_SECONDS = 60;
const DEFAULT_SECONDS = 30 * 86_400;
const LONGEST_SECONDS = 90 * 86_400;

export function addTokenCommand(program: Command): void {
  addCommand(program, 'token', 'print a token for a user; "user revoke" invalidates it')
    .addArgument(userNameArgument())
    .addOption(
      new Option('--expires-in <time>', 'such as 12h or 30d, from 1m to 90d')
        .argParser(lifetime)
        .default(DEFAULT_SECONDS, '30d'),
    )
    .action(exitWith(printToken));
}

function lifetime(value: string): number {
  const seconds = durationSeconds(value);
  if (seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds;
  throw new InvalidArgumentError('It must be a time such as 12h or 30d, from 1m to 90d.');
}

async function printToken(
  name: string,
  { expiresIn, json }: Output & { readonly expiresIn: number },
): Promise<number> {
  const token = await withUsers((users) => users.token(name, expiresIn), { tokens: true });
  print({ access_token: token, token_type: 'bearer', expires_in: expiresIn }, token, { json });
  return EXIT.success;
}
