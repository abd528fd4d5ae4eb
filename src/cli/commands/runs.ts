import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { RunDto } from '../../pipeline/api/dto/run.dto.js';
import { RUN_STATUSES, type RunStatus } from '../../runs/run.js';
import { addCommand, exitWith, type Output, runId, wholeNumber } from '../command.js';
import { EXIT } from '../exit-code.js';
import { runReport } from '../run-summary.js';
import { cut, duration, moment, print, table } from '../format.js';

const NO_FILTER = { before: null, updateType: null, trigger: null, since: null, until: null };
const MESSAGE_WIDTH = 60;

export function addRunsCommand(program: Command): void {
  addCommand(program, 'runs', 'list the runs, newest first, or show one run whole')
    .addArgument(new Argument('[id]', 'the id of one run').argParser(runId))
    .option('--limit <n>', 'how many, 1 to 100', wholeNumber(1, 100), 20)
    .addOption(
      new Option('--status <status>', 'only runs of this status').choices(RUN_STATUSES).argParser(statusOf),
    )
    .action(
      exitWith((id: number | undefined, options: RunsOptions, command: Command) =>
        id === undefined ? listRuns(options) : showRun(id, options, command),
      ),
    );
}

function statusOf(value: string): RunStatus {
  const status = RUN_STATUSES.find((known) => known === value.toUpperCase());
  if (status === undefined) throw new InvalidArgumentError(`It must be one of ${RUN_STATUSES.join(', ')}.`);
  return status;
}

interface RunsOptions extends Output {
  readonly limit: number;
  readonly status?: RunStatus;
}

async function listRuns({ limit, status, json }: RunsOptions): Promise<number> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { RunDto } = await import('../../pipeline/api/dto/run.dto.js');
  const { RunsRepository } = await import('../../runs/runs.repository.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const found = await app.get(RunsRepository).list({ ...NO_FILTER, limit, status: status ?? null });
    const rows = found.runs.map((run) => RunDto.from(run));
    print(rows, rows.length === 0 ? 'There are no runs.' : runsText(rows), { json });
    return EXIT.success;
  });
}

async function showRun(id: number, { json }: RunsOptions, command: Command): Promise<number> {
  if (['limit', 'status'].some((name) => command.getOptionValueSource(name) === 'cli'))
    command.error('error: the run is named by its id; remove --limit and --status, or the id');
  const { commandConfig, withApplication } = await import('../context.js');
  const { RunDetailsDto } = await import('../../pipeline/api/dto/run-details.dto.js');
  const { NoSuchRunError } = await import('../../runs/run-errors.js');
  const { RunsRepository } = await import('../../runs/runs.repository.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const details = await app.get(RunsRepository).details(id);
    if (details === null) throw new NoSuchRunError(id);
    print(RunDetailsDto.fromDetails(details), runReport(details), { json });
    return EXIT.success;
  });
}

function runsText(runs: readonly RunDto[]): string {
  const rows = table(
    ['id', 'date', 'type', 'status', 'movies', 'enriched', 'failed', 'took', 'message'],
    runs.map((run) => [
      run.id,
      moment(run.run_date),
      run.update_type ?? '',
      run.status,
      run.movies_processed,
      run.enriched,
      run.failed,
      run.duration_seconds === null ? '' : duration(run.duration_seconds),
      cut(run.error_message ?? '', MESSAGE_WIDTH),
    ]),
  );
  const isCut = runs.some(
    ({ error_message: message }) => cut(message ?? '', MESSAGE_WIDTH) !== (message ?? ''),
  );
  return isCut ? `${rows}\nOne run with its whole message: npx movie-pipeline runs ID` : rows;
}
