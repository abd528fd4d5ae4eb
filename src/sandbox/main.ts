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

function numberOf(value: string | undefined, defaultValue: number): number {
  if (value === undefined) return defaultValue;
  if (/^\d+$/.test(value)) return Number(value);
  throw new Error(`Not a whole number: ${value}.`);
}

const sandbox = await Sandbox.start({
  movies: numberOf(values.movies, 10_000),
  seed: numberOf(values.seed, 1),
  port: numberOf(values.port, 0),
  latencyMs: numberOf(values['latency-ms'], 0),
  jitterMs: numberOf(values['jitter-ms'], 0),
  rateLimit: values['rate-limit'] === undefined ? null : numberOf(values['rate-limit'], 0),
  keepAnswers: values['keep-answers'] ?? false,
  ...(values.people === undefined ? {} : { people: numberOf(values.people, 0) }),
});

const stop = (): void => {
  void sandbox.stop();
  if (process.connected) process.disconnect();
};
process.once('SIGTERM', stop).once('SIGINT', stop);
// The parent process has exited.
process.once('disconnect', () => void sandbox.stop());

process.stdout.write(`${JSON.stringify({ url: sandbox.url })}\n`);
