export const USER_NAME = /^[\w.@-]{1,64}$/;
export const USER_NAME_RULE = 'a name of 1 to 64 letters, digits, dots, dashes, underscores and @';
/** The least number of characters of JWT_SECRET. */
export const SHORTEST_SECRET = 32;
export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 1_000;
export const PASSWORD_RULE = 'a password of 12 to 1,000 characters, without control characters';

/** The text without what editors and shells add to it: a byte order mark before it, and one line end behind it. */
export function withoutFileMarks(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
}

export function isUserName(value: string): boolean {
  return USER_NAME.test(value);
}

export function isPassword(value: string): boolean {
  return value.length >= SHORTEST_PASSWORD && value.length <= LONGEST_PASSWORD && !/\p{Cc}/u.test(value);
}
