/** A response whose body is not what the request asked for. The message continues "TMDB's response cannot be used: ". */
export class UnusableBodyError extends Error {
  override readonly name = 'UnusableBodyError';
}
