import type { Command } from 'commander';
import { addCommand, exitWith, type Output, wholeNumber } from '../command.js';
import { EXIT } from '../exit-code.js';
import { moment, print, table } from '../format.js';

interface GoneOptions extends Output {
  readonly limit: number;
  readonly after: number;
}

const MAX_INT4 = 2 ** 31 - 1;

export function addGoneCommand(program: Command): void {
  addCommand(program, 'gone', 'list the ids of the movies that TMDB no longer has')
    .option('--limit <n>', 'how many, 1 to 10000', wholeNumber(1, 10_000), 20)
    .option(
      '--after <id>',
      'only ids greater than this: the last one of the list before',
      wholeNumber(0, MAX_INT4),
      0,
    )
    .action(exitWith(gone));
}

async function gone({ limit, after, json }: GoneOptions): Promise<number> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { GoneMovieDto } = await import('../../pipeline/api/dto/gone-movie.dto.js');
  const { MoviesRepository } = await import('../../movies/movies.repository.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const found = await app.get(MoviesRepository).gone({ after, since: null, limit });
    const movies = found.map((movie) => GoneMovieDto.from(movie));
    const rows = movies.map((movie) => [String(movie.movie_id), moment(movie.gone_at)]);
    const text =
      rows.length === 0 ? 'There are no further movies that are gone.' : table(['id', 'gone'], rows);
    print(movies, text, { json });
    return EXIT.success;
  });
}
