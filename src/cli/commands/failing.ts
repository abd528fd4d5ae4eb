import type { Command } from 'commander';
import type { FailingMovieDto } from '../../pipeline/api/dto/failing-movie.dto.js';
import { addCommand, exitWith, type Output, wholeNumber } from '../command.js';
import { EXIT } from '../exit-code.js';
import { cut, moment, print, table } from '../format.js';

const TITLE_WIDTH = 40;

export function addFailingCommand(program: Command): void {
  addCommand(program, 'failing', 'list the movies that failed twice or more in a row, with the reason')
    .option('--limit <n>', 'how many, 1 to 100', wholeNumber(1, 100), 20)
    .action(exitWith(failing));
}

async function failing({ limit, json }: Output & { readonly limit: number }): Promise<number> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { FailingMovieDto } = await import('../../pipeline/api/dto/failing-movie.dto.js');
  const { FailingMovies } = await import('../../runs/failing-movies.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const movies = (await app.get(FailingMovies).list(limit)).map((movie) => FailingMovieDto.from(movie));
    const text = movies.length === 0 ? 'No movie failed twice or more in a row.' : failingText(movies);
    print(movies, text, { json });
    return EXIT.success;
  });
}

function failingText(movies: readonly FailingMovieDto[]): string {
  return table(
    ['id', 'title', 'failures', 'tried', 'again from', 'last failure'],
    movies.map((movie) => [
      // An id is a name, not a quantity.
      String(movie.movie_id),
      cut(movie.title ?? '', TITLE_WIDTH),
      movie.failures,
      movie.tried_at === null ? '' : moment(movie.tried_at),
      movie.retry_at === null ? '' : moment(movie.retry_at),
      movie.last_error?.message ?? '',
    ]),
  );
}
