import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { PrismaService } from '../database/prisma.service.js';
import { RateLimitRepository } from './rate-limit/rate-limit.repository.js';
import { TmdbClient } from './tmdb-client.js';
import { TmdbExports } from './tmdb-exports.js';
import { TmdbTransport } from './transport/tmdb-transport.js';
import { undiciAdapter } from './transport/undici-adapter.js';

@Module({
  imports: [
    HttpModule.registerAsync({
      inject: [APP_CONFIG],
      useFactory: ({ tmdb }: AppConfig) => ({ adapter: undiciAdapter(tmdb) }),
    }),
  ],
  providers: [
    TmdbTransport,
    TmdbClient,
    TmdbExports,
    {
      provide: RateLimitRepository,
      // Without a database, as in `doctor`, the rate limit holds for this process alone.
      inject: [{ token: PrismaService, optional: true }],
      useFactory: (prisma?: PrismaService) => (prisma === undefined ? null : new RateLimitRepository(prisma)),
    },
  ],
  exports: [TmdbClient, TmdbExports],
})
export class TmdbModule {}
