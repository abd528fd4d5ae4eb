import { BadRequestException, ValidationPipe, type ValidationError } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { SECURITY } from './auth/access.js';
import { ProblemDto } from './common/api-problem.js';
import { ProblemFilter } from './common/problem.filter.js';
import type { HttpConfig } from './config/app-config.js';

/** What every HTTP answer goes through; the service and the tests configure their app by this alone. */
export function configureApp(app: NestExpressApplication, config: HttpConfig): void {
  app.disable('x-powered-by');
  app.useGlobalPipes(
    new ValidationPipe({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      exceptionFactory: (errors) => new BadRequestException(errors.flatMap(faultsOf)),
    }),
  );
  app.useGlobalFilters(new ProblemFilter());
  if (config.corsOrigins.length > 0) {
    app.enableCors({
      origin: config.corsOrigins.includes('*') ? '*' : [...config.corsOrigins],
      exposedHeaders: ['Link', 'Location', 'Retry-After'],
    });
  }
  describeApi(app);
}

/** class-validator's tree of errors as plain sentences. */
function faultsOf(error: ValidationError): string[] {
  return [...Object.values(error.constraints ?? {}), ...(error.children ?? []).flatMap(faultsOf)];
}

function describeApi(app: NestExpressApplication): void {
  const description =
    "Keeps a fresh, rich copy of TMDB's movies in PostgreSQL. Times are ISO 8601 in UTC. Errors are " +
    '`application/problem+json` (RFC 9457). This product uses the TMDB API but is not endorsed or certified by TMDB.';
  const document = new DocumentBuilder()
    .setTitle('movie-pipeline')
    .setDescription(description)
    .setVersion('4.0.0')
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
  SwaggerModule.setup(
    'docs',
    app,
    () => SwaggerModule.createDocument(app, document.build(), { extraModels: [ProblemDto] }),
    { jsonDocumentUrl: 'openapi.json', raw: ['json'], customSiteTitle: 'movie-pipeline' },
  );
}
