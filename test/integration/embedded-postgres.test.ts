import { chmod, mkdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attachEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { prepareBinaries } from '../../src/database/embedded/binaries.js';
import { disownStaleFile } from '../../src/database/embedded/postmaster-file.js';
import { runProgram } from '../../src/database/embedded/run-program.js';
import { ownerOf } from '../../src/database/embedded/server-user.js';
import { ServerFolder, startBystander } from '../support/embedded-processes.js';
import { withClient } from '../support/test-server.js';

async function run(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  return withClient(url, async (client) => (await client.query<Record<string, unknown>>(sql)).rows);
}

/** The server processes behind the connections by which it counts its users. */
async function keepers(url: string): Promise<readonly unknown[]> {
  const rows = await run(
    url,
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'movie-pipeline keeper'`,
  );
  return rows.map(({ pid }) => pid);
}

/** Jest's own time limit ends it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

describe('the embedded PostgreSQL', () => {
  let folder: ServerFolder;

  beforeEach(async () => {
    folder = await ServerFolder.create();
  });

  afterEach(async () => {
    await folder.remove();
  });

  it('is made and started by the first process, in UTF-8 and UTC, behind a password', async () => {
    const server = await folder.attach();
    expect(server.started).toBe(true);
    const [settings] = await run(
      server.url,
      `SELECT current_database() AS database, current_setting('server_version_num')::int / 10000 AS major,
              current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS zone,
              current_setting('listen_addresses') AS listens, current_setting('fsync') AS fsync`,
    );
    expect(settings).toEqual({
      database: 'movie_pipeline',
      major: 18,
      encoding: 'UTF8',
      zone: 'UTC',
      listens: '127.0.0.1',
      fsync: 'on',
    });
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(run(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    await server.leave();
  });

  it('stops when the last process leaves, and keeps its data', async () => {
    const first = await folder.attach();
    const second = await folder.attach();
    expect(second).toMatchObject({ url: first.url, started: false });
    await run(first.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    await first.leave();
    await expect(run(second.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 1 }]);
    await second.leave();
    await expect(folder.serverPid()).resolves.toBeNull();

    const later = await folder.attach();
    expect(later.started).toBe(true);
    await expect(run(later.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 1 }]);
    await later.leave();
  });

  it('is started by exactly one of five processes that come at once, and stopped by the last', async () => {
    const holders = await Promise.all([1, 2, 3, 4, 5].map(() => folder.hold()));
    expect(holders.filter(({ started }) => started)).toHaveLength(1);
    expect(new Set(holders.map(({ url }) => url)).size).toBe(1);
    await Promise.all(holders.map((holder) => holder.leave()));
    await expect(folder.serverPid()).resolves.toBeNull();
  });

  it('outlives a killed process, and still stops with the last of the others', async () => {
    const holder = await folder.hold();
    const server = await folder.attach();
    await holder.kill();
    await until(async () => (await keepers(server.url)).length === 1);
    await server.leave();
    await expect(folder.serverPid()).resolves.toBeNull();
  });

  it('comes back at the same address, with what was committed, when the server is killed', async () => {
    const server = await folder.attach();
    await run(server.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    const killed = await folder.serverPid();
    await folder.killServer();
    await until(async () => ![null, killed].includes(await folder.serverPid()));
    const url = server.url;
    const second = await folder.attach();
    expect(second).toMatchObject({ url, started: false });
    await expect(run(url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 1 }]);
    await server.leave();
    await expect(run(url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 1 }]);
    await second.leave();
    await expect(folder.serverPid()).resolves.toBeNull();
  });

  it('comes back once what kept it from starting has passed', async () => {
    const server = await folder.attach();
    const killed = await folder.serverPid();
    const settings = join(folder.cluster, 'postgresql.auto.conf');
    await writeFile(settings, 'shared_buffers = lots\n');
    await folder.killServer();
    const log = join(folder.cluster, 'server.log');
    await until(async () => (await readFile(log, 'utf8').catch(() => '')).includes('invalid value'));
    await writeFile(settings, '');
    await until(async () => ![null, killed].includes(await folder.serverPid()));
    await until(() => run(server.url, 'SELECT 1').then(Boolean, () => false));
    await server.leave();
    await expect(folder.serverPid()).resolves.toBeNull();
  });

  it('is started anew by the next process when server and users were all killed', async () => {
    const holder = await folder.hold();
    await run(holder.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    await holder.kill();
    await folder.killServer();
    const server = await folder.attach();
    expect(server.started).toBe(true);
    await expect(run(server.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 1 }]);
    await server.leave();
  });

  it('is not stopped under a process whose connection to it broke', async () => {
    const server = await folder.attach();
    const [broken] = await keepers(server.url);
    await run(server.url, `SELECT pg_terminate_backend(${String(broken)})`);
    await until(async () => {
      const [other] = await keepers(server.url);
      return other !== undefined && other !== broken;
    });
    await (await folder.attach()).leave();
    await expect(run(server.url, 'SELECT 1 AS n')).resolves.toEqual([{ n: 1 }]);
    await server.leave();
  });

  it('keeps its file when somebody takes it for dead', async () => {
    const server = await folder.attach();
    const file = join(folder.cluster, 'postmaster.pid');
    const before = await readFile(file, 'utf8');
    await disownStaleFile(folder.cluster);
    await expect(readFile(file, 'utf8')).resolves.toBe(before);
    await server.leave();
  });

  it("starts when another process has got a dead server's number", async () => {
    await (await folder.attach()).leave();
    const bystander = await startBystander(folder.cluster);
    await writeFile(
      join(folder.cluster, 'postmaster.pid'),
      `${bystander.pid}\n/x\n1\n5432\n\n127.0.0.1\n1 1\nready\n`,
    );
    const server = await folder.attach();
    expect(server.started).toBe(true);
    await server.leave();
    bystander.kill();
  });

  it('is new and empty after its folder was deleted', async () => {
    const old = await folder.attach();
    await run(old.url, 'CREATE TABLE old AS SELECT 1');
    await old.leave();
    await rm(folder.dataDir, { recursive: true });
    const server = await folder.attach();
    await expect(run(server.url, `SELECT to_regclass('old') AS old`)).resolves.toEqual([{ old: null }]);
    await server.leave();
  });

  it('refuses a server that somebody started on its folder by hand', async () => {
    await (await folder.attach()).leave();
    const user = await ownerOf(folder.cluster);
    const { pgCtl } = await prepareBinaries(user, folder.dataDir);
    const options = { user, cwd: folder.cluster };
    await runProgram(pgCtl, ['start', '-w', '-D', '.', '-l', 'by-hand.log', '-o', '-p 45999'], options);
    await expect(attachEmbeddedPostgres(folder.dataDir)).rejects.toMatchObject({
      code: 'EMBEDDED',
      message: expect.stringMatching(/didn't start .* port 45999.*Stop it, or set DATABASE_URL/s),
    });
    await runProgram(pgCtl, ['stop', '-w', '-D', '.', '-m', 'fast'], options);
  });

  it('refuses a folder that it did not make', async () => {
    await mkdir(folder.cluster, { recursive: true });
    await writeFile(join(folder.cluster, 'PG_VERSION'), '18\n');
    await expect(attachEmbeddedPostgres(folder.dataDir)).rejects.toThrow(/was not made by movie-pipeline/);
  });

  it('refuses data of another major version and names both', async () => {
    await (await folder.attach()).leave();
    await writeFile(join(folder.cluster, 'PG_VERSION'), '17\n');
    await expect(attachEmbeddedPostgres(folder.dataDir)).rejects.toThrow(
      /PostgreSQL 17.*brings PostgreSQL 18/,
    );
  });

  it("says with the server's own words why it doesn't start, and never the password", async () => {
    await (await folder.attach()).leave();
    const password = await readFile(join(folder.cluster, 'movie-pipeline.password'), 'utf8');
    await writeFile(join(folder.cluster, 'postgresql.auto.conf'), 'shared_buffers = lots\n');
    const refusal = attachEmbeddedPostgres(folder.dataDir);
    await expect(refusal).rejects.toThrow(/invalid value for parameter "shared_buffers"/);
    await expect(refusal).rejects.not.toThrow(password);
  });

  it('lets only its owner read the password', async () => {
    await (await folder.attach()).leave();
    const { mode } = await stat(join(folder.cluster, 'movie-pipeline.password'));
    expect(mode & 0o777).toBe(0o600);
  });

  it('works in a folder with spaces, umlauts and a name longer than a socket address', async () => {
    const long = await ServerFolder.create(join(`Größe & 'Maß' $HOME`, 'ä'.repeat(100)));
    const server = await long.attach();
    await expect(run(server.url, 'SELECT 1 AS n')).resolves.toEqual([{ n: 1 }]);
    await server.leave();
    await long.remove();
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot(
    'works in a folder that only root may enter, and starts anew when that is deleted (needs root)',
    async () => {
      const hidden = await ServerFolder.create('hidden/data');
      await mkdir(hidden.dataDir, { recursive: true });
      await chmod(join(hidden.dataDir, '..'), 0o700);
      const old = await hidden.attach();
      await run(old.url, 'CREATE TABLE old AS SELECT 1');
      await old.leave();
      const place = await readlink(hidden.cluster);
      await rm(hidden.dataDir, { recursive: true });
      const server = await hidden.attach();
      await expect(run(server.url, `SELECT to_regclass('old') AS old`)).resolves.toEqual([{ old: null }]);
      await server.leave();
      await rm(place, { recursive: true, force: true });
      await hidden.remove();
    },
  );
});
