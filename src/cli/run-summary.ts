import type { RunDetails } from '../runs/run.js';
import { duration, number, table } from './format.js';

const SHOWN_ERRORS = 10;

/** The result of a run as text. */
export function runSummary({ run, sources, errors }: RunDetails): string {
  const { counts } = run;
  const parts = [
    table(
      ['source', 'pages', 'movies', 'result'],
      sources.map((report) => [
        report.source,
        report.pages_fetched,
        report.movies,
        report.error ?? report.status,
      ]),
    ),
    table(
      ['movies', 'count'],
      [
        ['stored from the lists', run.moviesProcessed],
        ['  new', counts.inserted],
        ['  changed', counts.updated],
        ['  unchanged', counts.unchanged],
        ['enriched', counts.enriched],
        ['fresh enough to skip', counts.skippedFresh],
        ['not found by TMDB', counts.gone],
        ['failed', counts.failed],
      ],
    ),
  ];
  if (errors.length > 0) {
    const shown = errors.slice(0, SHOWN_ERRORS).map(({ source, page, movieId, message }) => {
      const what =
        movieId !== null ? `movie ${movieId}` : [source, page].filter((part) => part !== null).join(' page ');
      return `  ${what}: ${message}`;
    });
    const more = counts.failed - shown.length;
    parts.push(['Failures:', ...shown, ...(more > 0 ? [`  … and ${number(more)} more`] : [])].join('\n'));
  }
  parts.push(closing({ run, sources, errors }));
  return parts.join('\n\n');
}

function closing({ run }: RunDetails): string {
  const { counts } = run;
  const took = run.durationSeconds === null ? '' : ` in ${duration(run.durationSeconds)}`;
  const requests =
    `${number(counts.tmdbRequests)} TMDB requests, ${number(counts.tmdbRetries)} retried, ` +
    `${number(counts.rateLimited)} rate-limited; ${duration(counts.waitedSeconds)} waited in total across parallel requests`;
  const reason = run.errorMessage === null ? '' : `\n${run.errorMessage}`;
  return `Run ${run.id} (${run.updateType ?? 'unknown'}): ${run.status}${took}; ${requests}.${reason}`;
}
