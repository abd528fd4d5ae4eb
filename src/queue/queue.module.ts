import { Global, Module } from '@nestjs/common';
import { OpenDatabase } from '../database/connection/open-database.js';
import { JobQueue } from './job-queue.js';

/** pg-boss on the connection pool of this process. */
@Global()
@Module({
  providers: [
    {
      provide: JobQueue,
      inject: [OpenDatabase],
      useFactory: ({ pool, schema }: OpenDatabase) => new JobQueue(pool, schema),
    },
  ],
  exports: [JobQueue],
})
export class QueueModule {}
