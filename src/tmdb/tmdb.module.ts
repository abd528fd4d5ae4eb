import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { tmdbAgents } from './tmdb-agents.js';
import { TmdbClient } from './tmdb-client.js';
import { TmdbTransport } from './tmdb-transport.js';

@Module({
  imports: [
    HttpModule.registerAsync({ inject: [APP_CONFIG], useFactory: ({ tmdb }: AppConfig) => tmdbAgents(tmdb) }),
  ],
  providers: [TmdbTransport, TmdbClient],
  exports: [TmdbClient],
})
export class TmdbModule {}
