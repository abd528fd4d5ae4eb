import type { Command } from 'commander';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { print } from '../format.js';

export function addPsqlUrlCommand(program: Command): void {
  addCommand(
    program,
    'psql-url',
    'print an address, with its password, for reading the movies by SQL; with DATABASE_URL, the grants to run',
  ).action(exitWith(psqlUrl));
}

/** The one command that prints a password: without it, the address is of no use. */
async function psqlUrl(output: Output): Promise<number> {
  const { commandConfig, openCommandDatabase } = await import('../context.js');
  const { READER, readerStatements } = await import('../../database/access/reader-grants.js');
  const database = await openCommandDatabase(commandConfig({ tmdbKey: false }), 'check');
  try {
    const { readerUrl: url, pool, schema } = database;
    if (url === null) {
      const statements = await readerStatements(pool, schema);
      print({ url, role: READER, statements }, [EXPLANATION, ...statements].join('\n'), output);
    } else {
      print({ url, role: READER }, url, output);
      process.stderr.write(NOTE);
    }
  } finally {
    await database.close();
  }
  return EXIT.success;
}

const EXPLANATION =
  '-- DATABASE_URL names your own server, where you create the role that reads the movies. Choose a password, run\n' +
  '-- these statements as the owner of the tables, and connect with that role.';
const NOTE =
  'The address contains a password, which allows reading the movies and nothing else. ' +
  'The server runs while a movie-pipeline process does: start the service first.\n';
