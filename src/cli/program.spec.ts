import { describe, expect, it } from '@jest/globals';
import { type Command, CommanderError } from 'commander';
import type { RunPlan } from '../runs/run-plan.js';
import { planOf, type RunOptions } from './commands/run.js';
import { createProgram } from './program.js';

const NEVER = new AbortController().signal;

function program(): Command {
  const root = createProgram(NEVER);
  for (const command of [root, ...root.commands, ...root.commands.flatMap((child) => child.commands)]) {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  }
  return root;
}

/** The error with which the command line ends. */
async function errorOf(line: string): Promise<unknown> {
  return program()
    .parseAsync(line.split(' '), { from: 'user' })
    .then(
      () => null,
      (error: unknown) => error,
    );
}

interface Parsed {
  readonly args: readonly unknown[];
  readonly options: object;
  readonly command: Command;
}

/** Parses the arguments of a command without running it. */
async function parsed(line: string): Promise<Parsed> {
  const root = program();
  const [name = '', ...args] = line.split(' ');
  const parent = root.commands.find((child) => child.name() === name)!;
  const command = parent.commands.find((child) => child.name() === args[0]) ?? parent;
  command.action(() => undefined);
  await root.parseAsync([name, ...args], { from: 'user' });
  return { args: command.processedArgs, options: command.opts(), command };
}

async function planFor(line: string): Promise<RunPlan> {
  const { args, options, command } = await parsed(line);
  return planOf(args[0] as Parameters<typeof planOf>[0], options as RunOptions, command);
}

describe('the command "run"', () => {
  it("makes v3's default run without arguments", async () => {
    expect(await planFor('run')).toEqual({
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

  it.each(['quick', 'daily', 'full', 'catalogue'])('makes the preset run %s', async (type) => {
    expect((await planFor(`run ${type}`)).updateType).toBe(type);
  });

  it('makes a custom run of its options', async () => {
    const options = '--categories popular,top_rated --pages 10 --no-trending --max-enrichment 100';
    expect(await planFor(`run ${options} --no-incremental`)).toEqual({
      updateType: 'custom',
      sources: [
        { source: 'popular', pages: 10 },
        { source: 'top_rated', pages: 10 },
      ],
      enrichment: { limit: 100, alsoStored: false },
      incremental: false,
    });
    expect((await planFor('run --no-enrich')).enrichment).toBeNull();
  });

  it('enriches first the movies that lack newer columns with --refresh-incomplete', async () => {
    expect(await planFor('run --refresh-incomplete --max-enrichment 9')).toMatchObject({
      enrichment: { limit: 9, alsoStored: false, incompleteFirst: true },
    });
    expect((await planFor('run')).enrichment).not.toHaveProperty('incompleteFirst');
  });

  it('enriches everything that is stored with --refresh-all, with and without a type', async () => {
    const all = { enrichment: { refreshAll: true } };
    expect(await planFor('run --refresh-all --max-enrichment 1')).toMatchObject(all);
    expect(await planFor('run quick --refresh-all')).toMatchObject({ ...all, updateType: 'quick' });
    expect((await planFor('run full')).enrichment).not.toHaveProperty('refreshAll');
  });
});

describe('the command line', () => {
  it.each([
    ['run weekly', 'Allowed choices are quick, daily, full, catalogue'],
    ['run daily --pages 3', "'daily' takes no options of a custom run"],
    ['run catalogue --refresh-all', "'catalogue' takes no --refresh-all"],
    ['run --pages 0', 'whole number from 1 to 500'],
    ['run --pages 501', 'whole number from 1 to 500'],
    ['run --pages x', 'whole number from 1 to 500'],
    ['run --categories popular,best', 'Each must be one of popular, top_rated, upcoming, now_playing'],
    ['run --max-enrichment 100001', 'whole number from 0 to 100000'],
    ['runs --limit 101', 'whole number from 1 to 100'],
    ['runs --status done', 'It must be one of QUEUED'],
    ['scheduler pause', 'Allowed choices are start, stop'],
    ['fetch', "unknown command 'fetch'"],
    ['user add d/n', 'a name of 1 to 64 letters'],
    ['user add dan --role root', 'Allowed choices are admin, viewer'],
    ['user add dan secret-password', 'too many arguments'],
    ['user fly', "unknown command 'fly'"],
    ['token ann --expires-in 91d', 'from 1m to 90d'],
    ['token ann --expires-in forever', 'from 1m to 90d'],
    ['token revoke 12', 'an id that "movie-pipeline token list" prints'],
    ['token list d/n', 'a name of 1 to 64 letters'],
    ['token', "missing required argument 'name'"],
    ['run --fast', "unknown option '--fast'"],
  ])('rejects "%s" with the reason', async (line, message) => {
    const error = await errorOf(line);
    expect(error).toBeInstanceOf(CommanderError);
    expect((error as CommanderError).message).toContain(message);
  });

  it('gives a token 30 days by default', async () => {
    expect(await parsed('token create ann')).toMatchObject({
      args: ['ann'],
      options: { expiresIn: 2_592_000 },
    });
    expect(await parsed('token create ann --expires-in 90m')).toMatchObject({
      options: { expiresIn: 5_400 },
    });
  });

  it('accepts the status of "runs" in lower case', async () => {
    expect(await parsed('runs --limit 5 --status partial')).toMatchObject({
      options: { limit: 5, status: 'PARTIAL', json: false },
    });
  });

  it('has --json on every command but those that run until a signal', () => {
    const leaves = program().commands.flatMap((child) =>
      child.commands.length > 0 ? child.commands : child,
    );
    const without = leaves.filter(({ options }) => !options.some(({ long }) => long === '--json'));
    expect(without.map((command) => command.name())).toEqual(['serve', 'worker']);
  });
});
