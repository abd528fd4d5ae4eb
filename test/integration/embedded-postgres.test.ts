import { chmod, mkdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { prepareBinaries } from '../../src/database/embedded/binaries.js';
import { disownStaleFile } from '../../src/database/embedded/postmaster-file.js';
import { runProgram } from '../../src/database/embedded/run-program.js';
import { ownerOf } from '../../src/database/embedded/server-user.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { runCommand } from '../support/command-line.js';
import { ServerFolder, startBystander } from '../support/embedded-processes.js';
import { superuserUrl, withClient } from '../support/test-server.js';
import { until } from '../support/until.js';

async function run(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  return withClient(url, async (client) => (await client.query<Record<string, unknown>>(sql)).rows);
}

/** The server's process ids of the presence connections. */
async function presences(url: string): Promise<readonly unknown[]> {
  const rows = await run(
    url,
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'movie-pipeline presence'`,
  );
  return rows.map(({ pid }) => pid);
}

describe('the embedded PostgreSQL', () => {
  let template: ServerFolder;
  let folder: ServerFolder;

  beforeAll(async () => {
    template = await ServerFolder.create();
    await (await template.attach()).leave();
  });

  afterAll(async () => {
    await template.remove();
  });

  beforeEach(async () => {
    folder = await ServerFolder.copyOf(template);
  });

  afterEach(async () => {
    await folder.remove();
  });

  it('the first process creates and starts the server, in UTF-8 and UTC, with a password', async () => {
    await rm(folder.cluster, { recursive: true });
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
    for (const url of [server.url, server.readerUrl, await superuserUrl(server.folder)]) {
      const wrong = new URL(url);
      wrong.password = 'guess';
      await expect(run(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    }
    await server.leave();
  });

  it('the service connects by a socket that no other user can reach, as a role that is no superuser', async () => {
    const server = await folder.attach();
    const [session] = await run(
      server.url,
      `SELECT inet_server_addr() AS address, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication AS powerful,
              (SELECT count(*)::int FROM pg_stat_activity JOIN pg_roles ON rolname = usename
                WHERE rolsuper AND application_name LIKE 'movie-pipeline%') AS superusers
         FROM pg_roles WHERE rolname = current_user`,
    );
    expect(session).toEqual({ address: null, powerful: false, superusers: 0 });
    const { mode } = await stat(new URL(server.url).searchParams.get('host')!);
    expect(mode & 0o777).toBe(0o700);
    await server.leave();
  });

  it("the reader of the movies can't write, create or see anything else", async () => {
    const server = await folder.attach();
    await run(server.url, 'CREATE TABLE secret AS SELECT 1 AS n');
    await expect(run(server.readerUrl, 'SELECT 1 AS n')).resolves.toEqual([{ n: 1 }]);
    await expect(run(server.readerUrl, 'SELECT n FROM secret')).rejects.toThrow('permission denied');
    for (const statement of ['CREATE TABLE mine ()', 'CREATE TEMP TABLE mine ()', 'DELETE FROM secret']) {
      await expect(run(server.readerUrl, statement)).rejects.toThrow('read-only');
      const anyway = `SET default_transaction_read_only = off; COMMIT; ${statement}`;
      await expect(run(server.readerUrl, anyway)).rejects.toThrow('permission denied');
    }
    await server.leave();
  });

  it('sql and psql-url read the movies as the reader, and no other table', async () => {
    const env = { DATA_DIR: folder.dataDir, JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1' };
    expect(await runCommand(['migrate'], { env })).toMatchObject({ code: 0 });
    const server = await folder.attach();
    const { stdout } = await runCommand(['psql-url', '--json'], { env });
    expect(JSON.parse(stdout)).toEqual({ url: server.readerUrl, role: 'movie_pipeline_reader' });
    const readable = `SELECT relname AS name FROM pg_class
                       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
                         AND has_table_privilege(oid, 'SELECT') ORDER BY 1`;
    const expected = [
      ...['catalogue', 'genres', 'movie_cast', 'movie_categories', 'movie_crew', 'movie_releases'],
      ...['movie_titles', 'movie_titles_fill', 'movie_translations', 'movies'],
    ];
    expect(await run(server.readerUrl, readable)).toEqual(expected.map((name) => ({ name })));
    const { stdout: csv } = await runCommand(['sql', readable, '--csv'], { env });
    expect(csv).toBe(`name\n${expected.join('\n')}\n`);
    expect(await runCommand(['sql', 'TABLE pipeline_users'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Only the movie tables and views can be read.'),
    });
    await server.leave();
  });

  it('everything in the database of an older version is given to the role of the service', async () => {
    const before = await folder.attach();
    await run(
      await superuserUrl(before.folder),
      `ALTER DATABASE movie_pipeline OWNER TO movie_pipeline;
       DROP OWNED BY movie_pipeline_owner, movie_pipeline_reader;
       DROP ROLE movie_pipeline_owner, movie_pipeline_reader;
       CREATE SCHEMA jobs;
       CREATE EXTENSION pg_trgm;
       CREATE TYPE jobs."State" AS ENUM ('created');
       CREATE DOMAIN percent AS int;
       CREATE TABLE jobs.job (id int GENERATED ALWAYS AS IDENTITY, state jobs."State") PARTITION BY LIST (state);
       CREATE TABLE jobs."job common" PARTITION OF jobs.job DEFAULT;
       CREATE TABLE movies (id serial PRIMARY KEY, share percent);
       CREATE VIEW shares AS SELECT share FROM movies;
       CREATE FUNCTION jobs.count_jobs(int) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM jobs.job'`,
    );
    await before.leave();
    for (const attempt of ['first', 'second']) {
      const server = await folder.attach();
      const rows = await run(
        server.url,
        `SELECT current_user AS role, c.relname AS name FROM pg_class c
          WHERE relnamespace IN ('public'::regnamespace, 'jobs'::regnamespace)
            AND NOT pg_has_role(relowner, 'USAGE')`,
      );
      expect([attempt, rows]).toEqual([attempt, []]);
      await run(
        server.url,
        `BEGIN; DROP SCHEMA jobs CASCADE; DROP TABLE movies CASCADE; DROP DOMAIN percent;
         CREATE SCHEMA another; CREATE TABLE public.another (); ROLLBACK`,
      );
      await server.leave();
    }
  });

  it('a server that an older version started without a socket is joined by TCP', async () => {
    const user = await ownerOf(folder.cluster);
    const { pgCtl } = await prepareBinaries(user, folder.dataDir);
    const options = ['-o', '-p 45998 -c cluster_name=movie-pipeline'];
    await runProgram(pgCtl, ['start', '-w', '-D', '.', '-l', 'older.log', ...options], {
      user,
      cwd: folder.cluster,
    });
    const server = await folder.attach();
    expect(server.url).toContain('@127.0.0.1:45998/');
    await expect(run(server.url, 'SELECT host(inet_server_addr()) AS at')).resolves.toEqual([
      { at: '127.0.0.1' },
    ]);
    await server.leave();
    await expect(folder.serverPid()).resolves.toBeNull();
  });

  it('the server starts without a socket where none can be created', async () => {
    await writeFile(join(folder.cluster, 'postmaster.opts'), 'postgres "-D" "." "-p" "45997"\n');
    // As on a file system that has no sockets, the address can't be bound.
    await mkdir(join(folder.cluster, '.s.PGSQL.45997'));
    const server = await folder.attach();
    expect(new URL(server.url).searchParams.get('host')).toBeNull();
    await expect(run(server.url, 'SELECT 1 AS n')).resolves.toEqual([{ n: 1 }]);
    await server.leave();
  });

  it('the server stops when the last process leaves, and keeps its data', async () => {
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

  it('exactly one of five concurrent processes starts the server, and the last one stops it', async () => {
    await rm(folder.cluster, { recursive: true });
    const others = await Promise.all([1, 2, 3, 4, 5].map(() => folder.attachElsewhere()));
    expect(others.filter(({ started }) => started)).toHaveLength(1);
    expect(new Set(others.map(({ url }) => url)).size).toBe(1);
    await Promise.all(others.map((other) => other.leave()));
    await expect(folder.serverPid()).resolves.toBeNull();
  });

  it('the server survives a killed process, and stops with the last of the others', async () => {
    const other = await folder.attachElsewhere();
    const server = await folder.attach();
    await other.kill();
    await until(async () => (await presences(server.url)).length === 1, {
      deadlineMs: 30_000,
      what: 'the server notices the end of the killed process',
    });
    await server.leave();
    await expect(folder.serverPid()).resolves.toBeNull();
  });

  it('a killed server is started again at the same address, with its committed data', async () => {
    const server = await folder.attach();
    await run(server.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    const killed = await folder.serverPid();
    await folder.killServer();
    await until(async () => ![null, killed].includes(await folder.serverPid()), {
      deadlineMs: 40_000,
      what: 'a new server runs',
    });
    const url = server.url;
    const second = await folder.attach();
    expect(second).toMatchObject({ url, started: false });
    await expect(run(url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 1 }]);
    await server.leave();
    await expect(run(url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 1 }]);
    await second.leave();
    await expect(folder.serverPid()).resolves.toBeNull();
  });

  it('a killed server is started again once the cause of failed starts is removed', async () => {
    const server = await folder.attach();
    const killed = await folder.serverPid();
    const settings = join(folder.cluster, 'postgresql.auto.conf');
    await writeFile(settings, 'shared_buffers = lots\n');
    await folder.killServer();
    const log = join(folder.cluster, 'server.log');
    await until(async () => (await readFile(log, 'utf8').catch(() => '')).includes('invalid value'), {
      deadlineMs: 30_000,
      what: 'the start fails',
    });
    await writeFile(settings, '');
    await until(async () => ![null, killed].includes(await folder.serverPid()), {
      deadlineMs: 40_000,
      what: 'a new server runs',
    });
    await until(() => run(server.url, 'SELECT 1').then(Boolean, () => false), {
      deadlineMs: 30_000,
      what: 'the new server accepts connections',
    });
    await server.leave();
    await expect(folder.serverPid()).resolves.toBeNull();
  });

  it('the next process starts the server when it and all its processes were killed', async () => {
    const other = await folder.attachElsewhere();
    await run(other.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    await other.kill();
    await folder.killServer();
    const server = await folder.attach();
    expect(server.started).toBe(true);
    await expect(run(server.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 1 }]);
    await server.leave();
  });

  it('the server is not stopped while a process with a broken connection uses it', async () => {
    const server = await folder.attach();
    const [broken] = await presences(server.url);
    await run(server.url, `SELECT pg_terminate_backend(${String(broken)})`);
    await until(
      async () => {
        const [other] = await presences(server.url);
        return other !== undefined && other !== broken;
      },
      { deadlineMs: 30_000, what: 'the process connects again' },
    );
    await (await folder.attach()).leave();
    await expect(run(server.url, 'SELECT 1 AS n')).resolves.toEqual([{ n: 1 }]);
    await server.leave();
  });

  it('the pid file of a running server is not disowned', async () => {
    const server = await folder.attach();
    const file = join(folder.cluster, 'postmaster.pid');
    const before = await readFile(file, 'utf8');
    await disownStaleFile(folder.cluster);
    await expect(readFile(file, 'utf8')).resolves.toBe(before);
    await server.leave();
  });

  it("the server starts although another process has a dead server's process id", async () => {
    const bystander = await startBystander(folder.cluster);
    await writeFile(
      join(folder.cluster, 'postmaster.pid'),
      `${bystander.pid}\n/x\n1\n45996\n.\n127.0.0.1\n1 1\nready\n`,
    );
    await writeFile(join(folder.cluster, 'postmaster.opts'), 'postgres "-D" "." "-p" "45996" "-k" "."\n');
    await writeFile(join(folder.cluster, '.s.PGSQL.45996.lock'), `${bystander.pid}\n/x\n1\n45996\n.\n`);
    const server = await folder.attach();
    expect(server.started).toBe(true);
    await server.leave();
    bystander.kill();
  });

  it('the database is new and empty after its folder was deleted', async () => {
    const old = await folder.attach();
    await run(old.url, 'CREATE TABLE old AS SELECT 1');
    await old.leave();
    await rm(folder.dataDir, { recursive: true });
    const server = await folder.attach();
    await expect(run(server.url, `SELECT to_regclass('old') AS old`)).resolves.toEqual([{ old: null }]);
    await server.leave();
  });

  it('attaching rejects a server that was started by hand on the folder', async () => {
    const user = await ownerOf(folder.cluster);
    const { pgCtl } = await prepareBinaries(user, folder.dataDir);
    const options = { user, cwd: folder.cluster };
    await runProgram(pgCtl, ['start', '-w', '-D', '.', '-l', 'by-hand.log', '-o', '-p 45999'], options);
    await expect(attachEmbeddedPostgres(folder.dataDir)).rejects.toMatchObject({
      code: 'EMBEDDED',
      message: expect.stringMatching(/did not start .* port 45999.*Stop it, or set DATABASE_URL/s),
    });
    await runProgram(pgCtl, ['stop', '-w', '-D', '.', '-m', 'fast'], options);
  });

  it('attaching rejects a folder that movie-pipeline did not create', async () => {
    await rm(join(folder.cluster, 'movie-pipeline.password'));
    await expect(attachEmbeddedPostgres(folder.dataDir)).rejects.toThrow(/was not created by movie-pipeline/);
  });

  it.each([
    ['that leads nowhere', '/var/lib/movie-pipeline/data-that-is-gone'],
    ['to an empty folder, as of a disk that is not mounted', 'not-mounted'],
    ['to itself', 'postgres'],
  ])('attaching rejects a link %s, and never replaces it by a new database', async (_, target) => {
    await rm(folder.cluster, { recursive: true });
    await mkdir(join(folder.dataDir, 'not-mounted'));
    await symlink(target, folder.cluster);
    await expect(attachEmbeddedPostgres(folder.dataDir)).rejects.toThrow(
      `is a link to ${target}, where the data should be and is not`,
    );
    await expect(readlink(folder.cluster)).resolves.toBe(target);
    await rm(folder.cluster);
  });

  it('opening without migrations creates no database, and names the command that does', async () => {
    const dataDir = join(folder.dataDir, 'new');
    const config = { url: null, poolSize: 2, dataDir };
    for (const migrate of ['check', 'never'] as const) {
      await expect(openDatabase(config, { migrate })).rejects.toMatchObject({
        code: 'NO_DATABASE',
        message: expect.stringMatching(
          `There is no database in ${dataDir} yet. Create it: npx movie-pipeline migrate`,
        ),
      });
    }
    await expect(stat(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('commands that read create no database, and name the command that does', async () => {
    const dataDir = join(folder.dataDir, 'new');
    const lines = [
      'status',
      'runs',
      'jobs',
      'failing',
      'gone',
      'user list',
      'token list',
      'psql-url',
      'export --out x',
      'cancel 1',
    ];
    for (const line of lines) {
      const { code, stderr } = await runCommand(line.split(' '), { env: { DATA_DIR: dataDir } });
      expect([line, code, stderr]).toEqual([
        line,
        1,
        expect.stringContaining(`There is no database in ${dataDir} yet.`),
      ]);
    }
    await expect(stat(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each(['/proc/movies', '/dev/null/movies', '/sys/movies', '/proc/self/fd/0/movies'])(
    'attaching rejects the folder %s at once',
    async (dataDir) => {
      await expect(attachEmbeddedPostgres(dataDir)).rejects.toThrow(`can't use ${dataDir}. Make it writable`);
    },
  );

  it('attaching rejects a DATA_DIR that is a link to a disk that is not mounted', async () => {
    const dataDir = join(folder.dataDir, 'linked');
    await symlink(join(folder.dataDir, 'gone'), dataDir);
    await expect(attachEmbeddedPostgres(dataDir)).rejects.toThrow(`can't use ${dataDir}. Make it writable`);
    await expect(stat(join(folder.dataDir, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('attaching rejects data of another major version, and names both versions', async () => {
    await writeFile(join(folder.cluster, 'PG_VERSION'), '17\n');
    await expect(attachEmbeddedPostgres(folder.dataDir)).rejects.toThrow(
      /PostgreSQL 17.*contains PostgreSQL 18/,
    );
  });

  it("a failed start is reported with the server's log, without the password", async () => {
    const password = await readFile(join(folder.cluster, 'movie-pipeline.password'), 'utf8');
    await writeFile(join(folder.cluster, 'postgresql.auto.conf'), 'shared_buffers = lots\n');
    const failure = attachEmbeddedPostgres(folder.dataDir);
    await expect(failure).rejects.toThrow(/invalid value for parameter "shared_buffers"/);
    await expect(failure).rejects.not.toThrow(password);
  });

  it('only the owner can read the file of the password', async () => {
    const { mode } = await stat(join(folder.cluster, 'movie-pipeline.password'));
    expect(mode & 0o777).toBe(0o600);
  });

  it('the server works in a folder with spaces, umlauts and a name longer than a socket address', async () => {
    const long = await ServerFolder.create(join(`Größe & 'Maß' $HOME`, 'ä'.repeat(100)));
    const server = await long.attach();
    await expect(run(server.url, 'SELECT inet_server_addr() AS address')).resolves.toEqual([
      { address: null },
    ]);
    const socketFolder = new URL(server.url).searchParams.get('host')!;
    const [socket, cluster] = [await stat(socketFolder), await stat(long.cluster)];
    expect([socket.mode & 0o777, socket.uid]).toEqual([0o700, cluster.uid]);
    await server.leave();
    await expect(stat(socketFolder)).rejects.toMatchObject({ code: 'ENOENT' });
    await long.remove();
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot(
    'the server works in a folder that only root may enter, and is new after its deletion (needs root)',
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
