/** Ours alone: a token of another service that shares the secret by mistake is none. */
export const ISSUER = 'movie-pipeline';
export const AUDIENCE = 'movie-pipeline';
export const ALGORITHM = 'HS256';

export interface TokenClaims {
  /** The user's name. */
  readonly sub: string;
  /** The user's token version when it was made. */
  readonly ver: number;
}
