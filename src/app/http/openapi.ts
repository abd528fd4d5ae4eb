import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SECURITY } from '../../auth/access/access.decorators.js';
import { problemContent, ProblemDto } from '../../common/problem-details/api-problem.js';

/** Swagger UI at `/docs`, the document at `/openapi.json`; it is made when it is first asked for. */
export function serveDescription(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => describe(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'movie-pipeline',
  });
}

function describe(app: NestExpressApplication): OpenAPIObject {
  const description =
    "Keeps a fresh, rich copy of TMDB's movies in PostgreSQL. Times are ISO 8601 in UTC. Errors are " +
    '`application/problem+json` (RFC 9457). This product uses the TMDB API but is not endorsed or certified by TMDB.';
  const document = new DocumentBuilder()
    .setTitle('movie-pipeline')
    .setDescription(description)
    .setVersion('4.0.0')
    .setOpenAPIVersion('3.1.0')
    .addTag('auth', 'Tokens for names and passwords.')
    .addTag('pipeline', 'Runs: trigger, watch, cancel, look back.')
    .addTag('scheduler', 'What runs by itself, and when.')
    .addTag('health', 'For probes, load balancers and people.')
    .addGlobalResponse({
      description: 'Any other fault, of the request or of the service.',
      content: problemContent,
    })
    .addSecurity(SECURITY.password, {
      type: 'oauth2',
      description: 'A name and a password; `npx movie-pipeline user add NAME` makes a user.',
      flows: { password: { tokenUrl: '/auth/login', scopes: {} } },
    })
    .addSecurity(SECURITY.token, {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'A token of `npx movie-pipeline token NAME`, of POST /auth/login, or of the outside issuer.',
    });
  return SwaggerModule.createDocument(app, document.build(), { extraModels: [ProblemDto] });
}
