import { parseArgs } from 'node:util';
import { Sandbox } from './sandbox.js';

const number = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    movies: number,
    seed: number,
    port: number,
    'latency-ms': number,
    'jitter-ms': number,
    'rate-limit': number,
    people: number,
    'keep-answers': { type: 'boolean' },
  },
});

function given(value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (/^\d+$/.test(value)) return Number(value);
  throw new Error(`Not a whole number: ${value}`);
}

const sandbox = await Sandbox.start({
  movies: given(values.movies, 10_000),
  seed: given(values.seed, 1),
  port: given(values.port, 0),
  latencyMs: given(values['latency-ms'], 0),
  jitterMs: given(values['jitter-ms'], 0),
  rateLimit: values['rate-limit'] === undefined ? null : given(values['rate-limit'], 0),
  keepAnswers: values['keep-answers'] ?? false,
  ...(values.people === undefined ? {} : { people: given(values.people, 0) }),
});

const stop = (): void => {
  void sandbox.stop();
  if (process.connected) process.disconnect();
};
process.once('SIGTERM', stop).once('SIGINT', stop);
// Whoever started it has ended.
process.once('disconnect', () => void sandbox.stop());

process.stdout.write(`${JSON.stringify({ url: sandbox.url })}\n`);
