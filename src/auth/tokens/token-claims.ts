/** Ours alone: a token of another service that shares the secret by mistake is none. */
export const ISSUER = 'movie-pipeline';
export const AUDIENCE = 'movie-pipeline';
export const ALGORITHM = 'HS256';

export interface TokenClaims {
  /** The user's name. */
  readonly sub: string;
  /** The user's series of tokens when it was made. */
  readonly series: string;
}
