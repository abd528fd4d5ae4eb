import { Global, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CLOCK } from '../../src/common/clock.js';
import { Draining } from '../../src/common/draining.js';
import { RANDOM } from '../../src/common/random.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadServiceConfig } from '../../src/config/load-config.js';
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

/** The part of a process that has the role scheduler, on a clock that the test owns. */
export interface TestScheduler {
  readonly app: INestApplicationContext;
  readonly schedules: SchedulesService;
  readonly repository: SchedulesRepository;
  readonly slots: Occurrences;
  readonly timers: SchedulerRegistry;
  readonly health: SchedulerHealth;
  close(): Promise<void>;
}

export async function startTestScheduler(
  database: TestDatabase,
  clock: FakeClock,
  env: Readonly<Record<string, string>> = {},
): Promise<TestScheduler> {
  const config = loadServiceConfig({ DATABASE_URL: database.url, LOG_LEVEL: 'fatal', ...env }, ['scheduler']);
  const opened = await openDatabase(config.database, { migrate: 'check' });

  @Global()
  @Module({
    providers: [{ provide: CLOCK, useValue: clock }, { provide: RANDOM, useValue: Math.random }, Draining],
    exports: [CLOCK, RANDOM, Draining],
  })
  class TestCommonModule {}

  @Module({
    imports: [
      ConfigModule.of(config),
      TestCommonModule,
      DatabaseModule.of(opened),
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
    slots: app.get(Occurrences, { strict: false }),
    timers: app.get(SchedulerRegistry),
    health: app.get(SchedulerHealth),
    close: () => app.close(),
  };
}
