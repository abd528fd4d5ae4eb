import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { TokensService } from '../../auth/tokens/tokens.service.js';
import { durationSeconds } from '../../common/duration.js';
import { isUuid } from '../../common/uuid.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { moment, print, table } from '../format.js';
import { userName, userNameArgument } from '../user-name.js';
import { withUsers } from '../with-users.js';

const SHORTEST_SECONDS = 60;
const DEFAULT_SECONDS = 30 * 86_400;
const LONGEST_SECONDS = 90 * 86_400;

/** Adds `token create|list|revoke`. `token NAME` is `token create NAME`. */
export function addTokenCommands(program: Command): void {
  const token = program
    .command('token')
    .description('manage tokens; "token NAME" prints one for a user')
    .usage('NAME [--expires-in TIME] | list [NAME] | revoke ID')
    .helpCommand(false);
  addCommand(token, 'create', 'print a token for a user; the word "create" may be left out', {
    isDefault: true,
  })
    .addArgument(userNameArgument())
    .addOption(
      new Option('--expires-in <time>', 'such as 12h or 30d, from 1m to 90d')
        .argParser(lifetime)
        .default(DEFAULT_SECONDS, '30d'),
    )
    .action(exitWith(printToken));
  addCommand(token, 'list', 'list the valid tokens, of all users or of one, newest first')
    .addArgument(new Argument('[name]', 'the user').argParser(userName))
    .action(exitWith(listTokens));
  addCommand(token, 'revoke', 'revoke one token; "user revoke" revokes all of a user')
    .addArgument(new Argument('<id>', 'as "token list" prints it').argParser(tokenId))
    .action(exitWith(revokeToken));
}

function lifetime(value: string): number {
  const seconds = durationSeconds(value);
  if (seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds;
  throw new InvalidArgumentError('It must be a time such as 12h or 30d, from 1m to 90d.');
}

function tokenId(value: string): string {
  if (isUuid(value)) return value;
  throw new InvalidArgumentError('It must be an id that "movie-pipeline token list" prints.');
}

async function printToken(
  name: string,
  { expiresIn, json }: Output & { readonly expiresIn: number },
): Promise<number> {
  const token = await withUsers((users) => users.token(name, expiresIn), { tokens: true });
  print({ access_token: token, token_type: 'bearer', expires_in: expiresIn }, token, { json });
  return EXIT.success;
}

async function listTokens(name: string | undefined, output: Output): Promise<number> {
  const tokens = await withTokens((all) => all.list(name ?? null));
  const rows = tokens.map(({ id, username, source, address, issuedAt, expiresAt }) => ({
    ...{ id, username, source, address },
    issued_at: issuedAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  }));
  const text = table(
    ['id', 'user', 'source', 'address', 'issued', 'expires'],
    rows.map((row) => [
      ...[row.id, row.username, row.source, row.address ?? ''],
      ...[moment(row.issued_at), moment(row.expires_at)],
    ]),
  );
  print(rows, rows.length === 0 ? 'There are no valid tokens.' : text, output);
  return EXIT.success;
}

async function revokeToken(id: string, output: Output): Promise<number> {
  const username = await withTokens((tokens) => tokens.revoke(id));
  print({ id, username }, `The token ${id} of ${username} is revoked.`, output);
  return EXIT.success;
}

async function withTokens<T>(use: (tokens: TokensService) => Promise<T>): Promise<T> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { TokensService } = await import('../../auth/tokens/tokens.service.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', (app) => use(app.get(TokensService)));
}
