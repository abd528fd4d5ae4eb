import { Global, Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { OpenDatabase } from '../database/connection/open-database.js';
import { StartupRetry } from '../database/connection/startup-retry.js';
import { JobQueue } from './job-queue.js';

@Global()
@Module({
  providers: [
    {
      provide: JobQueue,
      inject: [OpenDatabase, APP_CONFIG, StartupRetry],
      useFactory: ({ pool, schema }: OpenDatabase, { roles }: AppConfig, startupRetry: StartupRetry) => {
        const use = roles.includes('worker') ? 'work' : roles.length > 0 ? 'send' : 'none';
        return new JobQueue({ pool, schema, use }, startupRetry);
      },
    },
  ],
  exports: [JobQueue],
})
export class QueueModule {}
