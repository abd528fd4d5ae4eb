import { describe, expect, it } from '@jest/globals';
import { CommanderError } from 'commander';
import type { RunPlan } from '../runs/run-plan.js';
import { type Commands, createProgram } from './program.js';

interface Call {
  readonly name: keyof Commands;
  readonly args: unknown[];
}

/** What the arguments call, or the error that commander gives. */
async function parse(...args: string[]): Promise<Call | CommanderError> {
  const calls: Call[] = [];
  const record =
    (name: keyof Commands) =>
    (...given: unknown[]): Promise<never> => {
      calls.push({ name, args: given });
      return Promise.resolve(0 as never);
    };
  const commands: Commands = {
    run: record('run'),
    service: record('service'),
    cancel: record('cancel'),
    status: record('status'),
    runs: record('runs'),
    failing: record('failing'),
    jobs: record('jobs'),
    scheduler: record('scheduler'),
    migrate: record('migrate'),
    doctor: record('doctor'),
    userAdd: record('userAdd'),
    userPasswd: record('userPasswd'),
    userList: record('userList'),
    userRemove: record('userRemove'),
    userRevoke: record('userRevoke'),
    token: record('token'),
  };
  const program = createProgram(commands, () => undefined);
  const { commands: children } = program;
  for (const command of [program, ...children, ...children.flatMap((child) => child.commands)]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error;
    throw error;
  }
  return calls[0]!;
}

async function planOf(...args: string[]): Promise<RunPlan> {
  return ((await parse('run', ...args)) as Call).args[0] as RunPlan;
}

describe('the command line', () => {
  it("run alone is v3's default run", async () => {
    expect(await planOf()).toEqual({
      updateType: 'custom',
      sources: [
        { source: 'popular', pages: 5 },
        { source: 'top_rated', pages: 5 },
        { source: 'upcoming', pages: 5 },
        { source: 'now_playing', pages: 5 },
        { source: 'trending', pages: 3 },
      ],
      enrichment: { limit: 50, alsoStored: false },
      incremental: true,
    });
  });

  it.each(['quick', 'daily', 'full'])('run %s is that preset', async (type) => {
    expect((await planOf(type)).updateType).toBe(type);
  });

  it('run takes the options of a custom run', async () => {
    const plan = await planOf(
      ...'--categories popular,top_rated --pages 10 --no-trending --max-enrichment 100 --no-incremental'.split(
        ' ',
      ),
    );
    expect(plan).toEqual({
      updateType: 'custom',
      sources: [
        { source: 'popular', pages: 10 },
        { source: 'top_rated', pages: 10 },
      ],
      enrichment: { limit: 100, alsoStored: false },
      incremental: false,
    });
    expect((await planOf('--no-enrich')).enrichment).toBeNull();
  });

  it.each([
    ['run weekly', 'Allowed choices are quick, daily, full'],
    ['run daily --pages 3', "do not go with 'daily'"],
    ['run --pages 0', 'whole number from 1 to 500'],
    ['run --pages 501', 'whole number from 1 to 500'],
    ['run --pages x', 'whole number from 1 to 500'],
    ['run --categories popular,best', 'It may name popular, top_rated, upcoming, now_playing'],
    ['run --max-enrichment 100001', 'whole number from 0 to 100000'],
    ['runs --limit 101', 'whole number from 1 to 100'],
    ['runs --status done', 'It may be QUEUED'],
    ['scheduler pause', 'Allowed choices are start, stop'],
    ['fetch', "unknown command 'fetch'"],
    ['user add d/n', 'a name of 1 to 64 letters'],
    ['user add dan --role root', 'Allowed choices are admin, viewer'],
    ['user add dan secret-password', 'too many arguments'],
    ['user fly', "unknown command 'fly'"],
    ['token ann --expires-in 91d', 'from 1m to 90d'],
    ['token ann --expires-in forever', 'from 1m to 90d'],
    ['run --fast', "unknown option '--fast'"],
  ])('refuses "%s" and says why', async (line, message) => {
    const error = await parse(...line.split(' '));
    expect(error).toBeInstanceOf(CommanderError);
    expect((error as CommanderError).message).toContain(message);
  });

  it('token is good for 30 days unless told otherwise', async () => {
    expect(await parse('token', 'ann')).toMatchObject({ name: 'token', args: ['ann', 2_592_000, {}] });
    expect(await parse('token', 'ann', '--expires-in', '90m')).toMatchObject({ args: ['ann', 5_400, {}] });
  });

  it('scheduler alone is the schedules and the worker; with a word it starts or stops them', async () => {
    expect(await parse('scheduler')).toEqual({ name: 'service', args: [['scheduler', 'worker']] });
    expect(await parse('scheduler', 'stop')).toEqual({
      name: 'scheduler',
      args: ['stop', { json: false }],
    });
  });

  it('runs takes a limit and a status in any case', async () => {
    expect(await parse('runs', '--limit', '5', '--status', 'partial')).toEqual({
      name: 'runs',
      args: [{ limit: 5, status: 'PARTIAL' }, expect.anything()],
    });
  });
});
