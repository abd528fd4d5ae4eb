import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CLOCK } from '../../src/common/clock.js';
import { CommonModule } from '../../src/common/common.module.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadServiceConfig } from '../../src/config/load-config.js';
import { ClockSkew } from '../../src/database/connection/clock-skew.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { QueueModule } from '../../src/queue/queue.module.js';
import { SchedulerModule } from '../../src/scheduler/scheduler.module.js';
import { SchedulerHealth } from '../../src/scheduler/scheduler-health.js';
import { SchedulesRepository } from '../../src/scheduler/schedules.repository.js';
import { SchedulesService } from '../../src/scheduler/schedules.service.js';
import { Occurrences } from '../../src/scheduler/occurrences.js';
import type { FakeClock } from './fake-clock.js';
import type { TestDatabase } from './test-database.js';

/** A process with the role scheduler, without HTTP, on the test's clock. */
export interface TestScheduler {
  readonly app: INestApplicationContext;
  readonly schedules: SchedulesService;
  readonly repository: SchedulesRepository;
  readonly occurrences: Occurrences;
  readonly timers: SchedulerRegistry;
  readonly health: SchedulerHealth;
  /** Finds nothing wrong, because the fake clock is far from the database's; a test may replace `fault`. */
  readonly clockSkew: Pick<ClockSkew, 'fault'>;
  close(): Promise<void>;
}

/** Replaces a provider of the module. */
function withClockSkew(module: DynamicModule, clockSkew: Pick<ClockSkew, 'fault'>): DynamicModule {
  const providers = [...(module.providers ?? []), { provide: ClockSkew, useValue: clockSkew }];
  return { ...module, providers };
}

export async function startTestScheduler(
  database: TestDatabase,
  clock: FakeClock,
  env: Readonly<Record<string, string>> = {},
): Promise<TestScheduler> {
  const config = loadServiceConfig({ DATABASE_URL: database.url, LOG_LEVEL: 'fatal', ...env }, ['scheduler']);
  const opened = await openDatabase(config.database, { migrate: 'check' });

  const clockSkew = { fault: () => Promise.resolve(null) };

  @Module({
    imports: [
      ConfigModule.of(config),
      { module: CommonModule, providers: [{ provide: CLOCK, useValue: clock }] },
      withClockSkew(DatabaseModule.of(opened), clockSkew),
      QueueModule,
      SchedulerModule,
    ],
  })
  class TestSchedulerModule {}

  const app = await NestFactory.createApplicationContext(TestSchedulerModule, {
    logger: false,
    abortOnError: false,
  });
  return {
    app,
    schedules: app.get(SchedulesService),
    repository: app.get(SchedulesRepository, { strict: false }),
    occurrences: app.get(Occurrences, { strict: false }),
    timers: app.get(SchedulerRegistry),
    health: app.get(SchedulerHealth),
    clockSkew,
    close: () => app.close(),
  };
}
