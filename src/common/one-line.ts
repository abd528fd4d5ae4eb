/** The text on one line, without control characters, which could steer the terminal: texts may come from outside. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
