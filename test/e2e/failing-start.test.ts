import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { DatabaseDoor, letIn, nobodyThere } from '../support/database-door.js';
import { ServerFolder } from '../support/embedded-processes.js';
import { Program } from '../support/program.js';

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
  '%s says in a line what keeps it from starting, ends, and leaves no database running',
  async (command) => {
    const holder = await folder.hold();
    expect(await start('migrate').end()).toBe(0);
    const client = new Client({ connectionString: holder.url });
    await client.connect();
    await client.query('ALTER TABLE pipeline_runs RENAME TO runs_elsewhere');
    await client.end();
    await holder.leave();
    const program = start(command);
    expect(await program.end()).toBe(1);
    expect(program.stderr).toBe(
      'The database failed: a table or a column is missing (SQLSTATE 42P01). Run: npx movie-pipeline migrate\n',
    );
    expect(await folder.serverPid()).toBeNull();
  },
);

it('a service that is told to end while it waits for its database ends with 0', async () => {
  const { url } = await folder.attach();
  const door = await DatabaseDoor.before(url, [letIn, ...Array<typeof letIn>(1_000).fill(nobodyThere)]);
  const program = start('worker', { DATABASE_URL: door.url });
  while (door.met < 3) await new Promise((resolve) => setImmediate(resolve));
  program.kill('SIGTERM');
  expect(await program.end()).toBe(0);
  expect(program.stderr).toBe('');
  door.close();
});
