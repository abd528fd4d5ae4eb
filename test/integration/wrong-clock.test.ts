import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import { FakeClock } from '../support/fake-clock.js';
import { Program } from '../support/program.js';
import { createTestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-pipeline.js';
import { startTestScheduler } from '../support/test-scheduler.js';

const LIBFAKETIME =
  ['x86_64', 'aarch64']
    .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
    .find((file) => existsSync(file)) ?? null;
const reason = LIBFAKETIME === null ? ' (skipped: libfaketime is not installed)' : '';
const withFaketime = LIBFAKETIME === null ? it.skip : it;

withFaketime(
  `a process whose machine is 400 days ahead fires no schedules, and its log names the clock${reason}`,
  async () => {
    const [database, sandbox] = await Promise.all([createTestDatabase(), Sandbox.start()]);
    const seeding = await startTestScheduler(database, new FakeClock(), { SCHEDULER_ENABLED: 'false' });
    await seeding.repository.read();
    await seeding.close();
    // An occurrence is due, by the right clock and by the wrong one.
    for (const table of ['scheduler_jobs', 'scheduler_state']) {
      await database.query(`UPDATE ${table} SET changed_at = now() - interval '8 days'`);
    }
    const program = Program.start(['scheduler'], {
      env: {
        ...testEnvironment(sandbox, database),
        LOG_LEVEL: 'info',
        LD_PRELOAD: LIBFAKETIME!,
        FAKETIME: '+400d',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    });
    await program.printed(/The clock of this machine is (?:399|400) days ahead of the database's/);
    program.kill('SIGTERM');
    await program.end();
    expect(await database.query('SELECT FROM scheduler_occurrences')).toEqual([]);
    expect(await database.query('SELECT FROM pipeline_runs')).toEqual([]);
    await sandbox.stop();
    await database.drop();
  },
);
