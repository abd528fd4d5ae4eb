import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { readableLine } from './readable-line.js';

const LINE = { level: 'info', time: '2026-11-28T02:01:31.296Z', context: 'RunWorker' };

function lineOf(fields: object): string {
  return readableLine(JSON.stringify({ ...LINE, ...fields }), new PassThrough());
}

describe('a readable line of the log', () => {
  it('a readable line has time, level, context and event, then the other fields', () => {
    const line = lineOf({ event: 'run.acquired', runId: 1, type: 'quick', why: 'a b', roles: ['api'] });
    expect(line).toBe('02:01:31 INFO  RunWorker run.acquired runId=1 type=quick why="a b" roles=["api"]\n');
  });

  it('a readable line has the stack of an error below it', () => {
    const err = { type: 'Error', message: 'no', stack: 'Error: no\n    at x.ts:1' };
    expect(lineOf({ level: 'error', msg: 'It failed.', err })).toMatch(
      /02:01:31 \S*ERROR\S* RunWorker It failed\.\n    Error: no\n {8}at x\.ts:1\n$/,
    );
  });

  it('a readable line has an error without a stack among its fields', () => {
    expect(lineOf({ msg: 'It failed.', err: 'no' })).toMatch(/It failed\. err=no\n$/);
  });

  it('a readable line contains no control character of what it reports', () => {
    const evil = '\u001b[2J\r\u0007';
    expect(lineOf({ context: evil, msg: evil, path: evil, err: { stack: evil } })).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
    );
  });
});
