import { UnauthorizedException } from '@nestjs/common';
import type { RequestHandler } from 'express';
import passport from 'passport';
import { challenge } from '../../auth/access/challenge.js';
import { type AuthenticateOptions, EXTERNAL_TOKENS } from '../../auth/tokens/external-tokens.strategy.js';
import { OWN_TOKENS } from '../../auth/tokens/own-tokens.strategy.js';

/** Requires a token for the description of the API, which is served outside Nest's guards. */
export function docsRequireToken(): RequestHandler {
  return (request, response, next) => {
    const options: AuthenticateOptions & passport.AuthenticateOptions = { mayWait: true, session: false };
    const decide = (error: unknown, user: unknown): void => {
      if (user !== false && user !== undefined) next();
      else {
        challenge(response, request.headers.authorization === undefined ? null : 'invalid_token');
        next(
          error ??
            new UnauthorizedException(
              'The description of the API requires a token: READ_ACCESS is signed_in.',
            ),
        );
      }
    };
    (passport.authenticate([OWN_TOKENS, EXTERNAL_TOKENS], options, decide) as RequestHandler)(
      request,
      response,
      next,
    );
  };
}
