/** Far above TMDB's largest bodies, which have a few ten thousand values. */
export const MAX_VALUES = 250_000;

const [QUOTE, COMMA, BACKSLASH, OPEN_ARRAY, OPEN_OBJECT] = [0x22, 0x2c, 0x5c, 0x5b, 0x7b];

/** Whether parsing the text could exhaust the memory: a few kilobytes of gzip hold millions of values. */
export function isTooLargeToParse(text: string): boolean {
  // Each value takes a character. Nearly all of TMDB's bodies are shorter, and are not scanned.
  if (text.length <= MAX_VALUES) return false;
  let values = 1;
  for (let at = 0; at < text.length && values <= MAX_VALUES; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    else if (character === COMMA || character === OPEN_ARRAY || character === OPEN_OBJECT) values += 1;
  }
  return values > MAX_VALUES;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}
