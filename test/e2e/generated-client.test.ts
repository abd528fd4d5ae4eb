import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { UsersService } from '../../src/auth/users/users.service.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const PASSWORD = 'correct horse battery';

/** A program that uses the generated files only. */
const PROGRAM = `
import { client } from './client/client.gen';
import { getList, getMovie, getRun, listMovies, login, triggerRun } from './client/sdk.gen';
import type { RunStatus } from './client/types.gen';

const [, , baseUrl = '', password = ''] = process.argv;
client.setConfig({ baseUrl });

async function main(): Promise<void> {
  const { data: token } = await login({ body: { username: 'root', password }, throwOnError: true });
  client.setConfig({ auth: token.access_token });
  const { data: queued } = await triggerRun({ body: { update_type: 'quick' }, throwOnError: true });
  let status: RunStatus = queued.status;
  while (status === 'QUEUED' || status === 'RUNNING') {
    const { data: run } = await getRun({ path: { id: queued.run_id }, throwOnError: true });
    status = run.status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { data: found, error, response } = await getRun({ path: { id: 4711 } });
  const { data: list } = await getList({ path: { category: 'popular' }, query: { limit: 3 }, throwOnError: true });
  const places = list.map(({ position }) => position);
  const { data: page } = await listMovies({ query: { sort: '-votes', limit: 2, adult: 'any' }, throwOnError: true });
  const { data: movie } = await getMovie({ path: { id: page[0]?.id ?? 0 }, throwOnError: true });
  const titles = [page[0]?.title === movie.title, typeof movie.title];
  const read = { places, movies: page.length, titles };
  console.log(JSON.stringify({ status, found: found ?? null, detail: error?.detail, problem: response?.status, ...read }));
}

void main();
`;

let service: TestApp;
let folder: string;

beforeAll(async () => {
  service = await startTestApp();
  await service.app.get(UsersService).add('root', PASSWORD, 'admin');
  // Inside the project, where the compiler finds Node's types.
  await mkdir(join(ROOT, '.data'), { recursive: true });
  folder = await mkdtemp(join(ROOT, '.data', 'generated-client-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await service.close();
});

it('a client generated from the OpenAPI document compiles, logs in, triggers a run and reads it and its movies', async () => {
  const { text } = await service.get('/openapi.json');
  await writeFile(join(folder, 'openapi.json'), text);
  await writeFile(join(folder, 'main.ts'), PROGRAM);
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }');
  const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);
  const options = ['--no-log-file', '--silent'];
  await run(bin('openapi-ts'), ['-i', 'openapi.json', '-o', 'client', ...options], { cwd: folder });
  const strict = [
    '--ignoreConfig',
    '--strict',
    '--skipLibCheck',
    '--types',
    'node',
    '--module',
    'commonjs',
    '--target',
    'es2022',
  ];
  await run(
    bin('tsc'),
    [...strict, '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0', '--outDir', 'out', 'main.ts'],
    { cwd: folder },
  );
  const { stdout } = await run(process.execPath, ['out/main.js', service.url, PASSWORD], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({
    status: 'SUCCESS',
    found: null,
    detail: expect.stringContaining('There is no run 4711'),
    problem: 404,
    places: [1, 2, 3],
    movies: 2,
    titles: [true, 'string'],
  });
});
