import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseHealth } from './database-health.js';
import { DatabaseSessions } from './database-sessions.js';
import { JobQueue } from './job-queue.js';
import { OpenDatabase } from './open-database.js';
import { PrismaService } from './prisma.service.js';
import { SharedPace } from './shared-pace.js';
import { StartPatience } from './start-patience.js';

@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(OpenDatabase) private readonly database: OpenDatabase) {}

  /** @param database is closed with the application */
  static of(database: OpenDatabase): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        { provide: OpenDatabase, useValue: database },
        { provide: PrismaService, useValue: database.prisma },
        { provide: DatabaseSessions, useValue: database.sessions },
        { provide: DatabaseHealth, useValue: database.health },
        { provide: JobQueue, useValue: database.jobs },
        { provide: StartPatience, useValue: database.patience },
        { provide: SharedPace, useValue: new SharedPace(database.prisma) },
      ],
      exports: [PrismaService, DatabaseSessions, DatabaseHealth, JobQueue, StartPatience, SharedPace],
    };
  }

  /** The last of the shutdown hooks: until then, others still write. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
