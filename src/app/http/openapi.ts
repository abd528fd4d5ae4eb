import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SECURITY } from '../../auth/access/access.decorators.js';
import { packageVersion } from '../../common/package-version.js';
import { problemContent, ProblemDto } from '../../common/problem-details/api-problem.js';
import { INTERNAL_ERROR } from '../../common/problem-details/problem.filter.js';

/** With all that is below them. */
export const DOCS_PATHS = ['/docs', '/openapi.json'];

/** Serves Swagger UI at `/docs` and the document at `/openapi.json`. The first request builds it. */
export function serveOpenApi(app: NestExpressApplication): void {
  let document: OpenAPIObject | undefined;
  let text: string | undefined;
  const build = (): OpenAPIObject => (document ??= buildDocument(app));
  // Swagger's own route would serialize the large document for every request.
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', (_, response) => {
      response.type('application/json').send((text ??= JSON.stringify(build())));
    });
  SwaggerModule.setup('docs', app, build, {
    raw: false,
    customSiteTitle: 'movie-pipeline',
    // A reload of the page keeps the login.
    swaggerOptions: { persistAuthorization: true },
  });
}

export function buildDocument(app: INestApplication): OpenAPIObject {
  const description =
    "Keeps a fresh, rich copy of TMDB's movies in PostgreSQL. Times are ISO 8601 in UTC. Errors are " +
    '`application/problem+json` (RFC 9457). This product uses TMDB and the TMDB APIs but is ' +
    "not endorsed, certified, or otherwise approved by TMDB. TMDB's terms of use forbid the use of its content for machine " +
    'learning or artificial intelligence without a licence.';
  const document = new DocumentBuilder()
    .setTitle('movie-pipeline')
    .setDescription(description)
    .setVersion(packageVersion())
    .setOpenAPIVersion('3.1.0')
    .addTag('auth', 'Log in, and see who is logged in.')
    .addTag('pipeline', 'Trigger, watch, cancel and list runs.')
    .addTag('movies', 'Read movies, lists and genres.')
    .addTag('scheduler', 'The schedules of the jobs.')
    .addTag('exports', 'Snapshots of the movies as files.')
    .addTag('health', 'Liveness, readiness and a full report.')
    .addGlobalResponse({
      description: 'Any other error of the request or the service.',
      content: problemContent(500, INTERNAL_ERROR),
    })
    .addSecurity(SECURITY.password, {
      type: 'oauth2',
      description: 'User name and password. `npx movie-pipeline user add NAME` creates a user.',
      flows: { password: { tokenUrl: '/auth/login', scopes: {} } },
    })
    .addSecurity(SECURITY.token, {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'A token from `npx movie-pipeline token NAME`, from POST /auth/login, or from the external identity provider.',
    });
  return SwaggerModule.createDocument(app, document.build(), { extraModels: [ProblemDto] });
}
