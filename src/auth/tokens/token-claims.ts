import { OWN_ISSUER } from '../../config/environment.js';

/** Issuer and audience reject the tokens of another service that happens to have the same secret. */
export const ISSUER = OWN_ISSUER;
export const AUDIENCE = 'movie-pipeline';
export const ALGORITHM = 'HS256';

/** The claims that the service signs. A holder of the secret may sign others, so verifying code takes `unknown`. */
export interface TokenClaims {
  /** The user's name. */
  readonly sub: string;
  /** The user's token version at the time of issue. Issued tokens carry it under this name. */
  readonly series: string;
  /** The id of the token's row in pipeline_tokens. Tokens of older versions have none. */
  readonly jti: string;
}
