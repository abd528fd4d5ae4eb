import { oneLine } from '../common/one-line.js';
import type { Run, RunDetails } from '../runs/run.js';
import { duration, moment, number, table } from './format.js';

const SHOWN_ERRORS = 10;

/** The result of a run that has just ended, as text. */
export function runSummary(details: RunDetails): string {
  return summary(details, SHOWN_ERRORS);
}

/** All that is recorded of a run, as text. */
export function runReport(details: RunDetails): string {
  const { run, errors } = details;
  const times = [
    ['queued', moment(run.runDate.toISOString())],
    ['by', [run.trigger ?? 'unknown', run.triggeredBy].filter((part) => part !== null).join(', ')],
    ['started', run.startedAt === null ? 'not yet' : moment(run.startedAt.toISOString())],
    ['ended', run.finishedAt === null ? 'not yet' : moment(run.finishedAt.toISOString())],
    ['resumed', `${number(run.timesResumed)} times`],
  ];
  return `${table(['run', String(run.id)], times)}\n\n${summary(details, errors.length)}`;
}

function summary({ run, sources, errors }: RunDetails, shownErrors: number): string {
  const { counts } = run;
  const parts = [
    ...(sources.length === 0 ? [] : [sourcesTable(sources)]),
    table(
      ['movies', 'count'],
      [
        ['stored from the lists', run.moviesProcessed],
        ['  new', counts.inserted],
        ['  changed', counts.updated],
        ['  unchanged', counts.unchanged],
        ['enriched', counts.enriched],
        ['fresh enough to skip', counts.skippedFresh],
        ['changed, but not in the change feed', counts.feedMissed],
        ['not found by TMDB', counts.gone],
        ['failed', counts.failed],
      ],
    ),
  ];
  if (errors.length > 0) {
    const shown = errors.slice(0, shownErrors).map(({ source, page, movieId, message }) => {
      const what =
        movieId !== null ? `movie ${movieId}` : [source, page].filter((part) => part !== null).join(' page ');
      return `  ${what}: ${oneLine(message)}`;
    });
    const more = counts.failed - shown.length;
    const where =
      shown.length < errors.length ? `recorded: npx movie-pipeline runs ${run.id}` : 'not recorded';
    parts.push(
      ['Failures:', ...shown, ...(more > 0 ? [`  … and ${number(more)} more, ${where}`] : [])].join('\n'),
    );
  }
  parts.push(closing(run));
  return parts.join('\n\n');
}

function sourcesTable(sources: RunDetails['sources']): string {
  return table(
    ['source', 'pages', 'movies', 'result'],
    sources.map((report) => [
      report.source,
      report.pages_fetched,
      report.movies,
      report.error === null ? report.status : `${report.status}: ${report.error}`,
    ]),
  );
}

function closing(run: Run): string {
  const { counts } = run;
  const took = run.durationSeconds === null ? '' : ` in ${duration(run.durationSeconds)}`;
  const requests =
    `${number(counts.tmdbRequests)} TMDB requests, ${number(counts.tmdbRetries)} retried, ` +
    `${number(counts.rateLimited)} rate-limited; ${duration(counts.waitedSeconds)} waited in total across parallel requests`;
  const reason = run.errorMessage === null ? '' : `\n${oneLine(run.errorMessage)}`;
  return `Run ${run.id} (${run.updateType ?? 'unknown'}): ${run.status}${took}; ${requests}.${reason}`;
}
