import { type Bench, expectThat } from '../harness/bench.js';
import { flood, type Flood } from '../harness/flood.js';
import { readEvenly } from '../harness/readers.js';
import { percentile } from '../harness/statistics.js';

const CONNECTIONS = 4;
const PER_SECOND = 50;
const SECONDS = 3;
const GOAL = { atMost: 5 };

/** The most expensive request of each kind that anybody may send, by what the figure calls it. */
const ATTACKS: Readonly<Record<string, Omit<Flood, 'url'> & { readonly path: string }>> = {
  'wrong passwords': {
    method: 'POST',
    path: '/auth/login',
    body: JSON.stringify({ username: 'admin', password: 'x'.repeat(1_000) }),
  },
  'login bodies of 100 kB': {
    method: 'POST',
    path: '/auth/login',
    body: JSON.stringify(new Array(50_000).fill(0)),
  },
  'pages of 100 runs': { method: 'GET', path: '/pipeline/runs?limit=100' },
  'filtered runs': {
    method: 'GET',
    path: '/pipeline/runs?limit=100&status=FAILED&update_type=custom&trigger=api&since=1970-01-01&until=9999-12-31',
  },
  'unknown parameters': {
    method: 'GET',
    path: `/pipeline/runs?${Array.from({ length: 500 }, (_, n) => `f${n}=0`).join('&')}`,
  },
  'junk tokens': {
    method: 'GET',
    path: '/pipeline/status',
    headers: { authorization: `Bearer ${'x'.repeat(6_000)}.y.z` },
  },
  'the description of the API': { method: 'GET', path: '/openapi.json' },
  'health reports': { method: 'GET', path: '/health' },
  'the history of runs': { method: 'GET', path: '/pipeline/runs/history?days=90' },
  'the coverage': { method: 'GET', path: '/pipeline/coverage' },
  'failing movies': { method: 'GET', path: '/pipeline/failing?limit=100' },
  'pages of 100 movies': { method: 'GET', path: '/movies?limit=100&sort=title' },
  'filtered movies': {
    method: 'GET',
    path: '/movies?limit=100&genre=Drama&rating_min=1&votes_min=10&sort=-votes',
  },
  'pages of a list': { method: 'GET', path: '/lists/popular?limit=100' },
  genres: { method: 'GET', path: '/genres' },
  'searches with typos': { method: 'GET', path: '/search/movies?limit=50&q=mvoie%20977' },
  suggestions: { method: 'GET', path: '/suggest?q=m' },
  'the page of the dashboard': { method: 'GET', path: '/ui/runs' },
};

const figureOf = (attack: string): string => `p50 during ${attack}, relative to idle`;

/** Whether four connections that send the worst request stop the API for the others. */
export const floods: Bench = {
  name: 'floods',
  about: `GET /pipeline/status, ${PER_SECOND} per second, while ${CONNECTIONS} connections send one other request without pause`,
  figures: [
    { name: 'p50, idle', unit: 'ms' },
    ...Object.keys(ATTACKS).map((attack) => ({ name: figureOf(attack), unit: '×', goal: GOAL })),
  ],
  repeats: 3,
  warmUps: 0,
  async measure(target, environment) {
    const sandbox = await environment.sandbox({ movies: 1_000 });
    const { url: databaseUrl } = await environment.filled(target, { movies: 10_000, runs: 1_000 });
    const service = await environment.service(target, { databaseUrl, sandboxUrl: sandbox.url });
    const url = await service.listen();
    const p50 = async (): Promise<number> => {
      const times = await readEvenly({
        urls: [`${url}/pipeline/status`],
        perSecond: PER_SECOND,
        seconds: SECONDS,
      });
      return percentile(times, 50);
    };
    await p50();
    const idle = await p50();
    const sample: Record<string, number> = { 'p50, idle': idle };
    for (const [name, { path, ...attack }] of Object.entries(ATTACKS)) {
      const over = new AbortController();
      const flooding = flood({ ...attack, url: `${url}${path}` }, CONNECTIONS, over.signal);
      sample[figureOf(name)] = (await p50()) / idle;
      over.abort();
      expectThat(`${name} were answered`, (await flooding) > CONNECTIONS);
    }
    await service.finish();
    await sandbox.stop();
    return sample;
  },
};
