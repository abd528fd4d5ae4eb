import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { drop, FaultProxy, pass } from '../support/fault-proxy.js';
import { ServerFolder } from '../support/embedded-processes.js';
import { Program } from '../support/program.js';
import { superuserUrl, withClient } from '../support/test-server.js';
import { until } from '../support/until.js';

let folder: ServerFolder;

beforeEach(async () => {
  folder = await ServerFolder.create();
});

afterEach(async () => {
  await folder.remove();
});

function start(command: string, env: Readonly<Record<string, string>> = {}): Program {
  return Program.start([command], {
    env: { TMDB_API_KEY: '0'.repeat(32), PORT: '0', DATA_DIR: folder.dataDir, ...env },
    cwd: folder.top,
  });
}

it.each(['worker', 'serve'])(
  'a %s that cannot start prints the reason in one line, exits, and stops its database',
  async (command) => {
    const server = await folder.attach();
    // The queue finds a table of its own that lacks a column.
    await withClient(server.url, (client) =>
      client.query('CREATE SCHEMA movie_pipeline_jobs CREATE TABLE version (other int)'),
    );
    await server.leave();
    const program = start(command);
    expect(await program.end()).toBe(1);
    expect(program.stderr).toBe(
      'The database failed: its tables are not those of this version (SQLSTATE 42883). Run: npx movie-pipeline migrate\n',
    );
    expect(await folder.serverPid()).toBeNull();
  },
);

it('a service that is shut down while it waits for its database exits with 0', async () => {
  await folder.attach();
  // By TCP, which the proxy forwards.
  const proxy = await FaultProxy.start(await superuserUrl(folder.cluster), [
    pass,
    ...Array<typeof pass>(1_000).fill(drop),
  ]);
  const program = start('worker', { DATABASE_URL: proxy.url });
  await until(() => proxy.connections >= 3, {
    deadlineMs: 30_000,
    what: 'the service retries its connection',
  });
  program.kill('SIGTERM');
  expect(await program.end()).toBe(0);
  expect(program.stderr).toBe('');
  proxy.close();
});
