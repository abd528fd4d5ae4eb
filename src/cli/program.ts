import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import {
  CATEGORIES,
  type Category,
  CUSTOM_DEFAULTS,
  customPlan,
  MAX_ENRICHMENT,
  MAX_PAGES,
  presetPlan,
  type RunPlan,
} from '../runs/run-plan.js';
import type { Role } from '../config/app-config.js';
import { RUN_STATUSES, type RunStatus } from '../runs/run.js';
import { addUserCommands, type UserCommands } from './user-program.js';

/** What the commands do; each returns the exit code. */
export interface Commands extends UserCommands {
  run(plan: RunPlan, options: { json: boolean }): Promise<number>;
  /** Parts of the service, until a signal ends them. */
  service(roles: readonly Role[]): Promise<void>;
  status(options: { json: boolean }): Promise<number>;
  runs(query: { limit: number; status: RunStatus | null }, options: { json: boolean }): Promise<number>;
  failing(query: { limit: number }, options: { json: boolean }): Promise<number>;
  jobs(options: { json: boolean }): Promise<number>;
  scheduler(action: 'start' | 'stop', options: { json: boolean }): Promise<number>;
  cancel(runId: number, options: { json: boolean }): Promise<number>;
  migrate(options: { json: boolean }): Promise<number>;
  doctor(options: { json: boolean }): Promise<number>;
}

/** Run ids are INTEGER. */
const MAX_RUN_ID = 2 ** 31 - 1;

const PRESETS = ['quick', 'daily', 'full'] as const;
type Preset = (typeof PRESETS)[number];

/** The default run of v3: what `run` does when it is told nothing. */
const DEFAULT_RUN = { ...CUSTOM_DEFAULTS, enrich_data: true };

interface RunFlags {
  readonly json: boolean;
  readonly categories?: Category[];
  readonly pages?: number;
  readonly trending?: boolean;
  readonly enrich?: boolean;
  readonly maxEnrichment?: number;
  readonly incremental?: boolean;
}

/** Arguments → one call of `commands`, whose exit code goes to `exit`. */
export function createProgram(commands: Commands, exit: (code: number) => void): Command {
  const program = new Command('movie-pipeline')
    .description("Keeps a fresh, rich copy of TMDB's movies in PostgreSQL.")
    .showHelpAfterError('Add --help for the commands and their options.')
    .exitOverride();
  addRun(program, commands, exit);
  addService(program, commands);
  addScheduler(program, commands, exit);
  withJson(program.command('status').description('what is running, and how runs went so far')).action(
    async (options: { json: boolean }) => {
      exit(await commands.status(options));
    },
  );
  withJson(program.command('runs').description('the runs on record, newest first'))
    .option('--limit <n>', 'how many, 1 to 100', wholeNumber(1, 100), 20)
    .addOption(new Option('--status <status>', 'only these').choices(RUN_STATUSES).argParser(statusOf))
    .action(async (options: { json: boolean; limit: number; status?: RunStatus }) => {
      exit(await commands.runs({ limit: options.limit, status: options.status ?? null }, options));
    });
  withJson(program.command('failing').description('the movies that fail again and again, and why'))
    .option('--limit <n>', 'how many, 1 to 100', wholeNumber(1, 100), 20)
    .action(async (options: { json: boolean; limit: number }) => {
      exit(await commands.failing({ limit: options.limit }, options));
    });
  withJson(program.command('jobs').description('the schedules, and what came of each last')).action(
    async (options: { json: boolean }) => {
      exit(await commands.jobs(options));
    },
  );
  withJson(program.command('cancel').description('end an active run; what it stored stays'))
    .addArgument(new Argument('<id>', 'the number of the run').argParser(wholeNumber(1, MAX_RUN_ID)))
    .action(async (id: number, options: { json: boolean }) => {
      exit(await commands.cancel(id, options));
    });
  withJson(program.command('migrate').description('bring the database to this version')).action(
    async (options: { json: boolean }) => {
      exit(await commands.migrate(options));
    },
  );
  withJson(program.command('doctor').description('check everything one by one, and say what to do')).action(
    async (options: { json: boolean }) => {
      exit(await commands.doctor(options));
    },
  );
  addUserCommands(program, commands, exit);
  return program;
}

const SERVICES = {
  serve: ['the API', ['api']],
  worker: ['the worker', ['worker']],
} as const;

function addService(program: Command, commands: Commands): void {
  for (const [name, [what, roles]] of Object.entries(SERVICES)) {
    program
      .command(name)
      .description(`start ${what}; goes on until a signal ends it`)
      .action(() => commands.service(roles));
  }
}

function addScheduler(program: Command, commands: Commands, exit: (code: number) => void): void {
  withJson(program.command('scheduler'))
    .description(
      'start or stop the schedules, for every process; without a word, be the schedules and the worker, without HTTP',
    )
    .addArgument(new Argument('[action]', 'what to do with the schedules').choices(['start', 'stop']))
    .action(async (action: 'start' | 'stop' | undefined, options: { json: boolean }) => {
      if (action === undefined) await commands.service(['scheduler', 'worker']);
      else exit(await commands.scheduler(action, options));
    });
}

function addRun(program: Command, commands: Commands, exit: (code: number) => void): void {
  withJson(program.command('run'))
    .description('one run in the foreground; without a type, a custom run of the options')
    .addArgument(new Argument('[type]', 'what to update').choices(PRESETS))
    .option('--categories <list>', `comma-separated, of ${CATEGORIES.join(', ')}`, categoriesOf)
    .option('--pages <n>', `pages of each category, 1 to ${MAX_PAGES}`, wholeNumber(1, MAX_PAGES))
    .option('--trending', "the week's trending movies too (three pages)")
    .option('--no-trending', 'without them')
    .option('--enrich', 'fetch cast, crew, keywords and more')
    .option('--no-enrich', 'without them')
    .option(
      '--max-enrichment <n>',
      `movies to enrich at most, 0 to ${MAX_ENRICHMENT}`,
      wholeNumber(0, MAX_ENRICHMENT),
    )
    .option('--incremental', 'enrich only movies that are due')
    .option('--no-incremental', 'enrich every collected movie')
    .action(async (type: Preset | undefined, flags: RunFlags, command: Command) => {
      exit(await commands.run(planOf(type, flags, command), { json: flags.json }));
    });
}

function planOf(type: Preset | undefined, flags: RunFlags, command: Command): RunPlan {
  const given = Object.keys(flags).filter((name) => name !== 'json');
  if (type !== undefined) {
    if (given.length > 0)
      command.error(
        `error: the options of a custom run do not go with '${type}'; leave out one or the other`,
      );
    return presetPlan(type);
  }
  try {
    return customPlan({
      categories: flags.categories ?? DEFAULT_RUN.categories,
      pages_per_category: flags.pages ?? DEFAULT_RUN.pages_per_category,
      include_trending: flags.trending ?? DEFAULT_RUN.include_trending,
      enrich_data: flags.enrich ?? DEFAULT_RUN.enrich_data,
      max_enrichment: flags.maxEnrichment ?? DEFAULT_RUN.max_enrichment,
      incremental: flags.incremental ?? DEFAULT_RUN.incremental,
    });
  } catch (error) {
    return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function withJson(command: Command): Command {
  return command.option('--json', 'print JSON', false);
}

function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const parsed = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
    if (parsed >= min && parsed <= max) return parsed;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

function categoriesOf(value: string): Category[] {
  return value.split(',').map((name) => {
    const category = CATEGORIES.find((known) => known === name.trim());
    if (category === undefined) throw new InvalidArgumentError(`It may name ${CATEGORIES.join(', ')}.`);
    return category;
  });
}

function statusOf(value: string): RunStatus {
  const status = RUN_STATUSES.find((known) => known === value.toUpperCase());
  if (status === undefined) throw new InvalidArgumentError(`It may be ${RUN_STATUSES.join(', ')}.`);
  return status;
}
