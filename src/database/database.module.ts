import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { BoundedReads } from './bounded-reads.js';
import { ClockSkew } from './connection/clock-skew.js';
import { DatabaseClock } from './connection/database-clock.js';
import { DatabaseHealth } from './connection/database-health.js';
import { LockWaits } from './connection/lock-waits.js';
import { OpenDatabase } from './connection/open-database.js';
import { PrismaService } from './prisma.service.js';
import { StartupRetry } from './connection/startup-retry.js';

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
        { provide: DatabaseHealth, useValue: database.health },
        { provide: StartupRetry, useValue: database.startupRetry },
        ClockSkew,
        DatabaseClock,
        LockWaits,
        BoundedReads,
      ],
      exports: [
        OpenDatabase,
        PrismaService,
        DatabaseHealth,
        StartupRetry,
        ClockSkew,
        DatabaseClock,
        LockWaits,
        BoundedReads,
      ],
    };
  }

  /** The last of the shutdown hooks: until then, others still write. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
