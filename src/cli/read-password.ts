import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { EXIT } from './exit-code.js';

/** More than any password that is allowed, in bytes. */
const MOST_BYTES = 8_192;

/**
 * Asked for twice, without echo, on a terminal; or else all of standard input, without the newline at its end.
 * @param name whose password it is
 */
export async function readPassword(name: string): Promise<string> {
  if (!process.stdin.isTTY) return readAll();
  const password = await ask(`Password for ${name}: `);
  if ((await ask('Once more: ')) === password) return password;
  throw new Error('The two passwords differ. Nothing was changed; try again.');
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      throw new Error('Standard input holds more than a password. Give the password alone.');
  }
  return Buffer.concat(chunks)
    .toString()
    .replace(/\r?\n$/, '');
}

/** On standard error, so that standard output holds the command's answer alone. */
async function ask(question: string): Promise<string> {
  const unseen = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const line = createInterface({ input: process.stdin, output: unseen, terminal: true, historySize: 0 });
  process.stderr.write(question);
  line.once('SIGINT', () => {
    process.stderr.write('\n');
    line.close();
    process.exit(EXIT.cancelled);
  });
  try {
    const answer = await Promise.race([once(line, 'line'), once(line, 'close')]);
    if (answer.length === 0) throw new Error('No password was given.');
    return String(answer[0]);
  } finally {
    line.close();
    process.stderr.write('\n');
  }
}
