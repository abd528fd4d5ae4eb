import { Argument, type Command, InvalidArgumentError } from 'commander';
import {
  CATEGORIES,
  type Category,
  CUSTOM_DEFAULTS,
  customPlan,
  MAX_ENRICHMENT,
  MAX_PAGES,
  presetPlan,
  REFRESH_ALL,
  type RunPlan,
} from '../../runs/run-plan.js';
import { addCommand, exitWith, type Output, wholeNumber } from '../command.js';

const PRESETS = ['quick', 'daily', 'full', 'catalogue'] as const;
type Preset = (typeof PRESETS)[number];

/** The default run of v3, which `run` without arguments makes. */
const DEFAULT_RUN = { ...CUSTOM_DEFAULTS, enrich_data: true };

export interface RunOptions extends Output {
  readonly categories?: Category[];
  readonly pages?: number;
  readonly trending?: boolean;
  readonly enrich?: boolean;
  readonly maxEnrichment?: number;
  readonly incremental?: boolean;
  readonly refreshAll?: boolean;
  readonly refreshIncomplete?: boolean;
}

export function addRunCommand(program: Command, shutdownSignal: AbortSignal): void {
  const run = async (type: Preset | undefined, options: RunOptions, command: Command): Promise<number> => {
    const plan = planOf(type, options, command);
    const { runCommand } = await import('../run.command.js');
    return runCommand(plan, { json: options.json, shutdownSignal });
  };
  addCommand(
    program,
    'run',
    'queue one run and follow it to its end; without a type, a custom run of the options',
  )
    .addArgument(new Argument('[type]', 'the update type').choices(PRESETS))
    .option('--categories <list>', `comma-separated, of ${CATEGORIES.join(', ')}`, categoriesOf)
    .option('--pages <n>', `pages of each category, 1 to ${MAX_PAGES}`, wholeNumber(1, MAX_PAGES))
    .option('--trending', "with the week's trending movies (three pages)")
    .option('--no-trending', 'without them')
    .option('--enrich', 'fetch cast, crew, keywords and more')
    .option('--no-enrich', 'do not fetch them')
    .option(
      '--max-enrichment <n>',
      `the most movies to enrich, 0 to ${MAX_ENRICHMENT}`,
      wholeNumber(0, MAX_ENRICHMENT),
    )
    .option('--incremental', 'enrich due movies only')
    .option('--no-incremental', 'enrich every collected movie')
    .option('--refresh-incomplete', 'enrich first the movies that lack columns which a later version added')
    .option('--refresh-all', 'fetch the details of every stored movie again, due or not')
    .action(exitWith(run));
}

/** Calls `command.error` for options that contradict each other. */
export function planOf(type: Preset | undefined, options: RunOptions, command: Command): RunPlan {
  if (type !== undefined) return planOfPreset(type, options, command);
  try {
    return customPlan({
      categories: options.categories ?? DEFAULT_RUN.categories,
      pages_per_category: options.pages ?? DEFAULT_RUN.pages_per_category,
      include_trending: options.trending ?? DEFAULT_RUN.include_trending,
      enrich_data: options.enrich ?? DEFAULT_RUN.enrich_data,
      max_enrichment: options.maxEnrichment ?? DEFAULT_RUN.max_enrichment,
      incremental: options.incremental ?? DEFAULT_RUN.incremental,
      refresh_all: options.refreshAll ?? DEFAULT_RUN.refresh_all,
      refresh_incomplete: options.refreshIncomplete ?? DEFAULT_RUN.refresh_incomplete,
    });
  } catch (error) {
    return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function planOfPreset(type: Preset, options: RunOptions, command: Command): RunPlan {
  if (Object.keys(options).some((name) => name !== 'json' && name !== 'refreshAll')) {
    command.error(`error: '${type}' takes no options of a custom run; remove the type or the options`);
  }
  if (type === 'catalogue' && options.refreshAll === true) {
    command.error("error: 'catalogue' takes no --refresh-all; remove the type or the option");
  }
  const plan = presetPlan(type);
  return options.refreshAll === true ? { ...plan, enrichment: REFRESH_ALL } : plan;
}

function categoriesOf(value: string): Category[] {
  return value.split(',').map((name) => {
    const category = CATEGORIES.find((known) => known === name.trim());
    if (category === undefined) {
      throw new InvalidArgumentError(`Each must be one of ${CATEGORIES.join(', ')}.`);
    }
    return category;
  });
}
