import { Argument, InvalidArgumentError } from 'commander';
import { isUserName, USER_NAME_RULE } from '../common/credentials.js';

export function userNameArgument(): Argument {
  return new Argument('<name>', USER_NAME_RULE).argParser(userName);
}

/** Parses an argument. */
export function userName(value: string): string {
  if (isUserName(value)) return value;
  throw new InvalidArgumentError(`It must be ${USER_NAME_RULE}.`);
}
