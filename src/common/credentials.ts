export const USER_NAME_RULE = 'a name of 1 to 64 letters, digits, dots, dashes, underscores and @';
export const PASSWORD_RULE = 'a password of 12 to 1,000 characters, without control characters';

export function isUserName(value: string): boolean {
  return /^[\w.@-]{1,64}$/.test(value);
}

export function isPassword(value: string): boolean {
  return value.length >= 12 && value.length <= 1_000 && !/\p{Cc}/u.test(value);
}
