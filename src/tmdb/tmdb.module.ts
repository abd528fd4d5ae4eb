import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { TmdbClient } from './tmdb-client.js';
import { TmdbTransport } from './tmdb-transport.js';
import { undiciAdapter } from './undici-adapter.js';

@Module({
  imports: [
    HttpModule.registerAsync({
      inject: [APP_CONFIG],
      useFactory: ({ tmdb }: AppConfig) => ({ adapter: undiciAdapter(tmdb) }),
    }),
  ],
  providers: [TmdbTransport, TmdbClient],
  exports: [TmdbClient],
})
export class TmdbModule {}
