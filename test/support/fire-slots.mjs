/**
 * A process beside the test's own, on the database of argv[2], that tries to fire the quick update at every minute of the
 * spans that it is told, all at once. Says how many it fired.
 */
import { loadServiceConfig } from '../../dist/config/load-config.js';
import { openDatabase } from '../../dist/database/connection/open-database.js';
import { QUEUES } from '../../dist/runs/queues.js';
import { RunLeases } from '../../dist/runs/run-lease.repository.js';
import { RunQueue } from '../../dist/pipeline/execution/run-queue.js';
import { SchedulesRepository } from '../../dist/scheduler/schedules.repository.js';
import { Occurrences } from '../../dist/scheduler/occurrences.js';
import { Logger } from '@nestjs/common';

Logger.overrideLogger(false);
const config = loadServiceConfig({ DATABASE_URL: process.argv[2] }, ['scheduler']);
const database = await openDatabase(config.database, { migrate: 'never' });
await database.jobs.start(QUEUES, false);

let now = new Date();
const clock = { now: () => now };
const queue = new RunQueue(database.jobs, database.patience, new RunLeases(database.prisma), config, clock);
const slots = new Occurrences(new SchedulesRepository(database.prisma, config, clock), queue, clock);

process.on('message', async (span) => {
  if (span === 'end') {
    await database.jobs.stop(1_000);
    await database.close();
    process.exit();
  }
  let fired = 0;
  for (let minute = 0; minute < span.minutes; minute++) {
    now = new Date(span.from + minute * 60_000);
    if ((await slots.fire('quick_update')) !== null) fired++;
  }
  process.send({ fired });
});
process.send('ready');
