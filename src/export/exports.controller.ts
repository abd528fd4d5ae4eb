import {
  Controller,
  Get,
  HttpException,
  Inject,
  NotFoundException,
  Param,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { MoviesReadable } from '../auth/access/access.decorators.js';
import { ApiProblem } from '../common/problem-details/api-problem.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { CachedResponseInterceptor, cacheControlOf } from '../movies/api/cached-response.interceptor.js';
import { ApiCached } from '../movies/api/next-page.js';
import { SnapshotDto } from './dto/snapshot.dto.js';
import { Snapshots } from './snapshots.js';

const NO_FILE = 'There is no such file. GET /exports lists the snapshots and their files.';

const NO_PART = 'The file has no such part. Content-Range gives its size in bytes.';

const MEDIA_TYPES = [
  ['.ndjson', 'application/x-ndjson'],
  ['.csv', 'text/csv; charset=utf-8'],
  ['.parquet', 'application/vnd.apache.parquet'],
  ['.json', 'application/json'],
  ['.gz', 'application/gzip'],
] as const;

const CONTENT = Object.fromEntries(
  MEDIA_TYPES.map(([, type]) => [
    type.split(';')[0] ?? type,
    { schema: { type: 'string', format: 'binary' } },
  ]),
);

@ApiTags('exports')
@Controller('exports')
@MoviesReadable()
export class ExportsController {
  constructor(
    private readonly snapshots: Snapshots,
    @Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'auth'>,
  ) {}

  @Get()
  @UseInterceptors(CachedResponseInterceptor)
  @ApiOperation({
    operationId: 'listExports',
    summary: 'Snapshots of all movies as files, newest first',
    description:
      'With `EXPORT_DIR` set, each successful daily run writes one, and the last `EXPORT_KEEP` are kept. Without it the ' +
      'list is empty.',
  })
  @ApiCached([SnapshotDto], 'The snapshots.')
  async list(): Promise<SnapshotDto[]> {
    return (await this.snapshots.list()).map((snapshot) => SnapshotDto.from(snapshot));
  }

  @Get(':snapshot/:file')
  @ApiOperation({
    operationId: 'getExport',
    summary: 'One file of a snapshot',
    description:
      'The `ETag` is the SHA-256 of the file. With `Range`, a part of the file, so that downloads can be resumed and ' +
      'DuckDB reads of a Parquet file only the columns that it needs; with `If-None-Match`, 304 if the file is the same.',
  })
  @ApiParam({ name: 'snapshot', description: 'As in GET /exports.', example: '20260901T030112Z' })
  @ApiParam({ name: 'file', description: 'As in GET /exports, or manifest.json.', example: 'movies.parquet' })
  @ApiResponse({ status: 200, description: 'The file.', content: CONTENT })
  @ApiResponse({ status: 206, description: 'The part that `Range` names.', content: CONTENT })
  @ApiResponse({ status: 304, description: 'The file is the one that `If-None-Match` names.' })
  @ApiProblem({ 404: NO_FILE, 416: NO_PART })
  async file(
    @Param('snapshot') snapshot: string,
    @Param('file') name: string,
    @Req() { headers }: Request,
    @Res() response: Response,
  ): Promise<void> {
    const file = await this.snapshots.file(snapshot, name);
    if (file === null) throw new NotFoundException(NO_FILE);
    // fetch() sends "no-cache" with every If-None-Match, to which Express would not answer 304.
    if (headers['if-none-match'] !== undefined) delete headers['cache-control'];
    response.setHeader('Cache-Control', cacheControlOf(this.config.auth));
    response.setHeader('Content-Type', MEDIA_TYPES.find(([end]) => name.endsWith(end))?.[1] ?? '');
    response.setHeader('Content-Disposition', `attachment; filename="${file.name}"`);
    if (file.sha256 !== null) response.setHeader('ETag', `"${file.sha256}"`);
    await send(response, file.name, file.folder);
  }
}

/** Rejects when the file or its part can't be sent, and resolves when the client has it or has gone away. */
function send(response: Response, name: string, root: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: NodeJS.ErrnoException & { readonly status?: number }): void => {
      if (error === undefined || response.headersSent || error.code === 'ECONNABORTED') {
        resolve();
        return;
      }
      // They describe the file, and the response is a problem.
      for (const header of ['ETag', 'Content-Disposition']) response.removeHeader(header);
      response.setHeader('Cache-Control', 'no-store');
      if (error.status === 416) reject(new HttpException(NO_PART, 416));
      // Deleted since it was found.
      else reject(error.status === 404 ? new NotFoundException(NO_FILE) : error);
    };
    response.sendFile(name, { root, cacheControl: false }, done);
  });
}
