import { ExportRefusedError } from '../../runs/item-failure.js';
import { asId, asNumber, asObject } from '../../tmdb/schema/json-values.js';

/** Characters. Lines are about 100 long. */
const MAX_LINE_LENGTH = 100_000;

/**
 * Turns the lines of an id export into rows of COPY's text format: id, whether adult, whether a video, popularity. One
 * chunk of rows per chunk of text, in constant memory.
 * @param kind which of the two exports it is
 * @throws ExportRefusedError for a line that names no movie
 */
export async function* copyRows(
  chunks: AsyncIterable<Buffer>,
  kind: 'movies' | 'adult',
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const columns = `\t${kind === 'adult' ? 't' : 'f'}\t`;
  let number = 0;
  let rest = '';
  const rowsOf = (lines: readonly string[]): string => {
    let rows = '';
    for (const line of lines) {
      number += 1;
      if (line === '') continue;
      const { id, video, popularity } = parseLine(line, number);
      rows += `${id}${columns}${video ? 't' : 'f'}\t${popularity}\n`;
    }
    return rows;
  };
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_LENGTH) throw damaged(number + 1);
    yield rowsOf(lines);
  }
  yield rowsOf([rest]);
}

interface ExportedMovie {
  readonly id: number;
  readonly video: boolean;
  readonly popularity: number;
}

function parseLine(line: string, number: number): ExportedMovie {
  const parsed = asObject(parseJson(line));
  const id = asId(parsed?.id);
  if (parsed === null || id === null) throw damaged(number);
  return { id, video: parsed.video === true, popularity: asNumber(parsed.popularity) ?? 0 };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function damaged(line: number): ExportRefusedError {
  return new ExportRefusedError(`line ${line} of the file names no movie, so that the file is damaged`);
}
