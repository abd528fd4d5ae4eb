/** Issuer and audience reject the tokens of another service that happens to have the same secret. */
export const ISSUER = 'movie-pipeline';
export const AUDIENCE = 'movie-pipeline';
export const ALGORITHM = 'HS256';

export interface TokenClaims {
  /** The user's name. */
  readonly sub: string;
  /** The user's token version at the time of issue. Issued tokens carry it under this name. */
  readonly series: string;
}
