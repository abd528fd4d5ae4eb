import { lstatSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error.js';

/**
 * The variables of a file in the format of `.env`; null when there is none.
 * @throws ConfigError when the file exists and can't be read completely: a variable that is missed, such as DATABASE_URL,
 * would silently have its default
 */
export function readEnvFile(file: string): Readonly<Record<string, string | undefined>> | null {
  const bytes = contentOf(file);
  if (bytes === null) return null;
  const text = decode(bytes, file);
  requireEntries(text, file);
  return parseEnv(text);
}

function contentOf(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    // A link that leads nowhere exists, too.
    if (code === 'ENOENT' && lstatSync(file, { throwIfNoEntry: false }) === undefined) return null;
    throw unreadable(file, code === 'EISDIR' ? 'is a folder' : `can't be read (${code})`);
  }
}

function unreadable(file: string, what: string): ConfigError {
  return new ConfigError([
    `${file} ${what}. Make it a UTF-8 text file that this user can read, or remove it`,
  ]);
}

/** A byte order mark is removed. */
function decode(bytes: Buffer, file: string): string {
  if (bytes.includes(0)) throw unreadable(file, 'contains a NUL byte, as in UTF-16');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(file, 'is not UTF-8');
  }
}

const NAME = /[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*=/.source;
/** A comment, to the end of the line. */
const REST = /(?:#.*)?(?:\r?\n|$)/.source;
const ENTRIES = [
  `[ \t]*${REST}`,
  // A quoted value may span lines.
  `${NAME}[ \t]*(?:"[^"]*"|'[^']*'|\`[^\`]*\`)[ \t]*${REST}`,
  // Node would cut an unquoted value at any #.
  `${NAME}(?![ \t]*["'\`])[^#\r\n]*(?<=[ \t=]|(?!#))${REST}`,
].map((source) => new RegExp(source, 'y'));

function requireEntries(text: string, file: string): void {
  for (let at = 0; at < text.length;) {
    const end = endOfEntry(text, at);
    if (end === null) {
      const line = text.slice(0, at).split('\n').length;
      const remedy = 'Put a value that contains # or starts with a quote between quotes';
      throw new ConfigError([`${file}, line ${line} is not NAME=value. ${remedy}`]);
    }
    at = end;
  }
}

function endOfEntry(text: string, at: number): number | null {
  for (const entry of ENTRIES) {
    entry.lastIndex = at;
    if (entry.test(text)) return entry.lastIndex;
  }
  return null;
}
