import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type OnApplicationShutdown,
  type Type,
} from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { DatabaseHealth } from './database-health.js';
import { DatabaseSessions } from './database-sessions.js';
import { JobQueue } from './job-queue.js';
import { OpenDatabase, openDatabase, type OpenOptions } from './open-database.js';
import { PrismaService } from './prisma.service.js';
import { SharedPace } from './shared-pace.js';

function part<T>(provide: Type<T>, useFactory: (database: OpenDatabase) => T): FactoryProvider<T> {
  return { provide, inject: [OpenDatabase], useFactory };
}

@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(OpenDatabase) private readonly database: OpenDatabase) {}

  static of(options: OpenOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: OpenDatabase,
          inject: [APP_CONFIG],
          useFactory: (config: AppConfig) => openDatabase(config.database, options),
        },
        part(PrismaService, (database) => database.prisma),
        part(DatabaseSessions, (database) => database.sessions),
        part(DatabaseHealth, (database) => database.health),
        part(JobQueue, (database) => database.jobs),
        part(SharedPace, (database) => new SharedPace(database.prisma)),
      ],
      exports: [PrismaService, DatabaseSessions, DatabaseHealth, JobQueue, SharedPace],
    };
  }

  /** The last of the shutdown hooks: until then, others still write. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
