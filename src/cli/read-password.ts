import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { withoutFileMarks } from '../common/credentials.js';
import { EXIT } from './exit-code.js';

/** More bytes than any valid password has. */
const MAX_BYTES = 8_192;

/**
 * Asks for a password twice, without echo, on a terminal; otherwise reads all of standard input, without the trailing
 * newline.
 * @param name the user, for the prompt
 */
export async function readPassword(name: string): Promise<string> {
  if (!process.stdin.isTTY) return readAll();
  const password = await ask(`Password for ${name}: `);
  if ((await ask('Repeat the password: ')) === password) return password;
  throw new Error('The two passwords differ. Nothing was changed. Try again.');
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES)
      throw new Error('Standard input contains more than a password. Pass the password only.');
  }
  return withoutFileMarks(Buffer.concat(chunks).toString());
}

/** Prompts on standard error, since standard output is for the command's result. */
async function ask(question: string): Promise<string> {
  const discard = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const line = createInterface({ input: process.stdin, output: discard, terminal: true, historySize: 0 });
  process.stderr.write(question);
  line.once('SIGINT', () => {
    process.stderr.write('\n');
    line.close();
    process.exit(EXIT.cancelled);
  });
  try {
    const answer = await Promise.race([once(line, 'line'), once(line, 'close')]);
    if (answer.length === 0) throw new Error('The password is empty. Nothing was changed. Try again.');
    return String(answer[0]);
  } finally {
    line.close();
    process.stderr.write('\n');
  }
}
