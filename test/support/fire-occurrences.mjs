/**
 * Forked by a test: a process with the role scheduler on the database of argv[2]. For each message `{ from, minutes }` it
 * tries to fire the quick update at every minute of that period and replies with `{ fired }`, the number that it fired.
 */
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CLOCK } from '../../dist/common/clock.js';
import { CommonModule } from '../../dist/common/common.module.js';
import { ConfigModule } from '../../dist/config/config.module.js';
import { loadServiceConfig } from '../../dist/config/load-config.js';
import { ClockSkew } from '../../dist/database/connection/clock-skew.js';
import { openDatabase } from '../../dist/database/connection/open-database.js';
import { DatabaseModule } from '../../dist/database/database.module.js';
import { QueueModule } from '../../dist/queue/queue.module.js';
import { Occurrences } from '../../dist/scheduler/occurrences.js';
import { SchedulerModule } from '../../dist/scheduler/scheduler.module.js';

Logger.overrideLogger(false);
const config = loadServiceConfig({ DATABASE_URL: process.argv[2], SCHEDULER_ENABLED: 'false' }, [
  'scheduler',
]);
const database = await openDatabase(config.database, { migrate: 'never' });

let now = new Date();
// The occurrences lie far from the database's time.
const databaseModule = DatabaseModule.of(database);
databaseModule.providers.push({ provide: ClockSkew, useValue: { fault: async () => null } });
class FiringModule {}
const app = await NestFactory.createApplicationContext(
  {
    module: FiringModule,
    imports: [
      ConfigModule.of(config),
      {
        module: CommonModule,
        providers: [{ provide: CLOCK, useValue: { now: () => now, monotonicMs: () => performance.now() } }],
      },
      databaseModule,
      QueueModule,
      SchedulerModule,
    ],
  },
  { logger: false, abortOnError: false },
);
const occurrences = app.get(Occurrences, { strict: false });

process.on('message', async (message) => {
  if (message === 'end') {
    await app.close();
    process.exit();
  }
  let fired = 0;
  for (let minute = 0; minute < message.minutes; minute++) {
    now = new Date(message.from + minute * 60_000);
    if ((await occurrences.fire('quick_update')) !== null) fired++;
  }
  process.send({ fired });
});
process.send('ready');
