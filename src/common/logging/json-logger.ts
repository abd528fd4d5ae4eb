import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { LoggerService } from '@nestjs/common';
import pino, { type Level, type Logger } from 'pino';
import { createStream } from 'rotating-file-stream';
import { readableLine } from './readable-line.js';
import { requestContext } from './request-context.js';

export interface LoggerOptions {
  readonly level: Level;
  /** Of `to`, where it differs from that of the file. */
  readonly consoleLevel?: Level;
  /** A file that receives the log too, rotated: at most ten files of 10 MB. Null: none. */
  readonly file: string | null;
  /** Standard output for a service; standard error for a command, whose output is its result. */
  readonly to: 'stdout' | 'stderr';
}

/** Nest's own contexts that log a line for each module and each route at every start. */
const NEST_START: readonly unknown[] = [
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
];

/**
 * Nest's logger as one JSON object per line: time, level, context, and the event with its ids and counts. On a terminal
 * the lines are readable ones; the file has JSON.
 */
export class JsonLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(options: LoggerOptions) {
    const streams: pino.StreamEntry[] = [
      { level: options.consoleLevel ?? options.level, stream: outputOf(options.to) },
    ];
    if (options.file !== null) {
      requireWritable(options.file);
      const file = createStream(basename(options.file), {
        path: dirname(options.file),
        size: '10M',
        maxFiles: 10,
      });
      file.on('error', (error) => process.stderr.write(`LOG_FILE can't be written: ${error.message}\n`));
      streams.push({ level: options.level, stream: file });
    }
    this.pino = pino(
      {
        level: options.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        mixin: () => ({ requestId: requestContext.getStore()?.requestId }),
      },
      pino.multistream(streams),
    );
  }

  log(message: unknown, ...details: unknown[]): void {
    this.write(NEST_START.includes(details.at(-1)) ? 'debug' : 'info', message, details);
  }

  error(message: unknown, ...details: unknown[]): void {
    // Nest throws this error too, and the caller reports it.
    const isThrown = details.at(-1) === 'ExceptionHandler';
    this.write(isThrown ? 'debug' : 'error', message, details);
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.write('warn', message, details);
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.write('debug', message, details);
  }

  verbose(message: unknown, ...details: unknown[]): void {
    this.write('trace', message, details);
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.write('fatal', message, details);
  }

  /** Nest passes the context last and, for errors, a stack before it. */
  private write(level: Level, message: unknown, details: unknown[]): void {
    const context = details.at(-1);
    const stack = details.length > 1 ? details[0] : undefined;
    const fields = { context, ...(stack === undefined ? {} : { stack }) };
    if (message instanceof Error) this.pino[level]({ ...fields, err: message }, message.message);
    else if (typeof message === 'object' && message !== null) this.pino[level]({ ...fields, ...message });
    else this.pino[level](fields, String(message));
  }
}

/** JSON, or readable lines on a terminal. */
function outputOf(to: LoggerOptions['to']): pino.DestinationStream {
  const output = process[to];
  if (!output.isTTY) return pino.destination({ fd: to === 'stdout' ? 1 : 2, sync: true });
  return {
    write: (line) => {
      output.write(readableLine(line, output));
    },
  };
}

/** @throws Error naming the setting; the stream itself would retry forever */
function requireWritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `LOG_FILE can't be written (${why}). Name a file in a folder that exists and that this user may write to.`,
      { cause: error },
    );
  }
}
