import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Catalogue, isoDay, movie } from './movies.js';

/** What is wrong with a daily export. */
export type ExportFault =
  /** The file ends in the middle. */
  | 'cut'
  /** Three of 100 movies are missing. */
  | 'shrunken'
  /** One movie is named twice. */
  | 'duplicated'
  /** One line is not JSON. */
  | 'damaged'
  /** `Last-Modified` is the day before. */
  | 'stale';

/** The daily id exports that are published. */
export interface PublishedExports {
  /** The last day that has exports, as an ISO date. Those of later days get 403, as a late one does. */
  readonly lastDay: string;
  readonly fault: ExportFault | null;
}

interface RequestedExport {
  readonly adult: boolean;
  /** An ISO date. */
  readonly day: string;
}

const PATH = /^\/p\/exports\/(adult_)?movie_ids_(\d\d)_(\d\d)_(\d{4})\.json\.gz$/;
const DAY_MS = 86_400_000;
const KEPT_DAYS = 90;
/** When TMDB publishes an export, as hours of its day. */
const PUBLISHED_HOURS = 7.5;
/** Lines that are made at once. */
const CHUNK = 500;
/** CRC and length, which end a gzip file. */
const GZIP_TRAILER = 8;
/** What the store sends where there is no file. */
const DENIED =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';

/** The daily export that a path stands for; null when it is another path. */
export function requestedExport(path: string): RequestedExport | null {
  const [, adult, month, day, year] = PATH.exec(path) ?? [];
  if (month === undefined || day === undefined || year === undefined) return null;
  return { adult: adult !== undefined, day: `${year}-${month}-${day}` };
}

interface ExportSource {
  readonly catalogue: Catalogue;
  readonly published: PublishedExports;
  /** Ids that TMDB does not know any more. */
  readonly removed: ReadonlySet<number>;
}

/** Responds with a daily export: gzip of one JSON object per line, in constant memory. */
export async function sendExport(
  source: ExportSource,
  { adult, day }: RequestedExport,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { lastDay, fault } = source.published;
  const firstDay = isoDay(new Date(Date.parse(lastDay) - KEPT_DAYS * DAY_MS));
  if (day > lastDay || day < firstDay || Number.isNaN(Date.parse(day))) {
    response.writeHead(403, { 'Content-Type': 'application/xml' }).end(DENIED);
    return;
  }
  const publishedMs = Date.parse(day) + PUBLISHED_HOURS * 3_600_000 - (fault === 'stale' ? DAY_MS : 0);
  response.writeHead(200, {
    'Content-Type': 'application/gzip',
    'Last-Modified': new Date(publishedMs).toUTCString(),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const lines = Readable.from(chunks(source, adult));
  if (fault === 'cut') await pipeline(lines, createGzip(), withoutTrailer(), response);
  else await pipeline(lines, createGzip(), response);
}

function* chunks(source: ExportSource, adult: boolean): Generator<string> {
  const { movies, adultMovies } = source.catalogue;
  const { fault } = source.published;
  // A movie that has turned adult keeps its rank.
  const end = adult ? movies + adultMovies : movies;
  const first = adult && (source.catalogue.adults?.size ?? 0) === 0 ? movies : 0;
  let isTwice = fault === 'duplicated';
  for (let rank = first; rank < end; rank += CHUNK) {
    let text = '';
    for (let next = rank; next < Math.min(rank + CHUNK, end); next++) {
      const line = lineOf(source, next, adult);
      text += isTwice ? line + line : line;
      isTwice &&= line === '';
    }
    yield text;
  }
  if (fault === 'damaged') yield '{"adult":false,"id":\n';
}

/** Empty where the export does not name the movie. */
function lineOf({ catalogue, published, removed }: ExportSource, rank: number, isAdult: boolean): string {
  const { adult, id, original_title, popularity, video } = movie(catalogue, rank);
  const isLost = published.fault === 'shrunken' && rank % 100 < 3;
  if (adult !== isAdult || isLost || removed.has(id)) return '';
  return `${JSON.stringify({ adult, id, original_title, popularity, video })}\n`;
}

/** Leaves out the end of a gzip file. */
function withoutTrailer(): Transform {
  let last = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const whole = Buffer.concat([last, chunk]);
      const end = Math.max(0, whole.length - GZIP_TRAILER);
      last = whole.subarray(end);
      done(null, whole.subarray(0, end));
    },
  });
}
