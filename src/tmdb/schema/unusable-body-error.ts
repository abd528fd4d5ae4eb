/** An answer that is no answer to what was asked; the message says why. */
export class UnusableBodyError extends Error {
  override readonly name = 'UnusableBodyError';
}
