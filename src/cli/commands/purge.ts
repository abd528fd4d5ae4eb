import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Removal } from '../../movies/content-purge.repository.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { number, print } from '../format.js';

interface PurgeOptions extends Output {
  readonly all: true;
  readonly yes: boolean;
}

export function addPurgeCommand(program: Command): void {
  addCommand(program, 'purge', "delete TMDB's content, as its terms may require")
    .requiredOption(
      '--all',
      'all of it: movies, lists, genres, the catalogue, and the snapshots in EXPORT_DIR',
    )
    .option('--yes', 'do not ask', false)
    .action(
      exitWith((options: PurgeOptions, command: Command) => {
        if (!options.yes && !process.stdin.isTTY)
          command.error('error: there is no terminal to ask on; confirm with --yes');
        return purge(options);
      }),
    );
}

async function purge({ yes, json }: PurgeOptions): Promise<number> {
  const { AuditTrail } = await import('../../audit/audit-trail.js');
  const { commandConfig, withApplication } = await import('../context.js');
  const { ContentPurge } = await import('../../movies/content-purge.repository.js');
  const { RunsRepository } = await import('../../runs/runs.repository.js');
  const { Snapshots } = await import('../../export/snapshots.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const { active } = await app.get(RunsRepository).overview();
    if (active !== null) {
      process.stderr.write(
        `Run ${active.run.id} is active and would store movies again. Wait for its end, or cancel it: ` +
          `npx movie-pipeline cancel ${active.run.id}\n`,
      );
      return EXIT.active;
    }
    if (!yes && !(await confirm())) {
      process.stderr.write('Nothing was deleted.\n');
      return EXIT.cancelled;
    }
    const removal = await app.get(ContentPurge).removeAll();
    const snapshots = await app.get(Snapshots).deleteAll();
    await app.get(AuditTrail).record('content.purged', { movies: removal.movies, snapshots });
    print({ movies: removal.movies, rows_kept: removal.rowsKept, snapshots }, textOf(removal, snapshots), {
      json,
    });
    return EXIT.success;
  });
}

/** Prompts on standard error, since standard output is for the command's result. */
async function confirm(): Promise<boolean> {
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await line.question(
      "This deletes all of TMDB's content from the database and from EXPORT_DIR. Type yes to go on: ",
    );
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    line.close();
  }
}

function textOf({ movies, rowsKept }: Removal, snapshots: number): string {
  const kept = rowsKept ? ' Their rows remain, with ids and times, because other tables refer to them.' : '';
  return (
    `The content of ${number(movies)} movies and ${number(snapshots)} snapshots was deleted.${kept} ` +
    'The next run stores movies again: stop the service or its schedules to prevent that. Delete backups and exports elsewhere yourself.'
  );
}
