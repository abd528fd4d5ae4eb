import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseDatabaseUrl } from './database-url.js';

const UNVERIFIED = { rejectUnauthorized: false };
const file = join(mkdtempSync(join(tmpdir(), 'movie-pipeline-test-')), 'notes.txt');
writeFileSync(file, 'no certificate');

describe('DATABASE_URL', () => {
  it.each(['postgres', 'postgresql', 'postgresql+psycopg2'])('may start with %s://', (scheme) => {
    expect(parseDatabaseUrl(`${scheme}://me:secret@db.example:5433/movies`)).toEqual({
      host: 'db.example',
      port: 5433,
      user: 'me',
      password: 'secret',
      database: 'movies',
      tls: [UNVERIFIED, false],
      channelBinding: false,
      requireScram: false,
      applicationName: 'movie-pipeline',
      options: '',
      schema: null,
      label: 'db.example:5433/movies',
    });
  });

  it('names the schema in ?schema=', () => {
    const address = parseDatabaseUrl('postgres://me@db/movies?schema=Movie%20Club&application_name=x');
    expect(address).toMatchObject({
      schema: 'Movie Club',
      applicationName: 'x',
      label: 'db:5432/movies',
    });
  });

  it('contains user, password and database percent-encoded', () => {
    const address = parseDatabaseUrl('postgres://m%3Ae:p%40ss%2Fw%23rd%25@db/mov%20ies%2F1');
    expect(address).toMatchObject({ user: 'm:e', password: 'p@ss/w#rd%', database: 'mov ies/1' });
  });

  it.each(['hun:ter2', 'hunter@2', '[hunter2]', 'hun;ter+&="2', 'hünter2'])(
    'may contain these characters in the password: %s',
    (password) => {
      expect(parseDatabaseUrl(`postgres://me:${password}@db/movies`)).toMatchObject({ password, host: 'db' });
    },
  );

  it.each([
    ['postgresql+psycopg2://me@/movies?host=/var/run/postgresql', '/var/run/postgresql'],
    ['postgresql:///movies?host=/var/run/postgresql', '/var/run/postgresql'],
    ['postgresql://me@%2Fvar%2Frun/movies', '/var/run'],
    ['postgresql://me@[::1]:5432/movies', '::1'],
    ['postgresql:///movies', 'localhost'],
  ])('%s leads to %s', (value, host) => {
    expect(parseDatabaseUrl(value).host).toBe(host);
  });

  it('asks for no TLS on a socket', () => {
    expect(parseDatabaseUrl('postgres:///movies?host=/run&sslmode=require').tls).toEqual([false]);
  });

  it.each([
    ['', [UNVERIFIED, false]],
    ['sslmode=prefer', [UNVERIFIED, false]],
    ['sslmode=disable', [false]],
    ['ssl=0', [false]],
    ['sslmode=no-verify', [UNVERIFIED]],
    ['sslmode=require', [{}]],
    ['ssl=true', [{}]],
    ['sslmode=verify-full', [{}]],
    ['sslrootcert=system', [{}]],
  ])('tries the ways of ?%s in order', (query, tls) => {
    expect(parseDatabaseUrl(`postgres://db/movies?${query}`).tls).toEqual(tls);
  });

  it("takes psycopg2's sslmode=require as libpq does", () => {
    expect(parseDatabaseUrl('postgresql+psycopg2://db/movies?sslmode=require').tls).toEqual([UNVERIFIED]);
  });

  it.each([
    ['mysql://me:hunter2@db/movies', 'must start with'],
    ['postgres://me:hunter2@db', 'names no database'],
    ['postgres://me:hunter2@db/', 'names no database'],
    ['postgres://me:hunter2@db/movies/', 'a second / behind the host'],
    ['postgres://me:hunter2@postgres://db/movies', 'a second / behind the host'],
    ['postgres://me:hunter2@db//movies', 'a second / behind the host'],
    ['postgres://me%00user:hunter2@db/movies', 'a NUL (%00)'],
    ['postgres://me:hunter2%00x@db/movies', 'a NUL (%00)'],
    ['postgres://me:hunter2@db/movies%00user', 'a NUL (%00)'],
    ['postgres://me:hunter2@db/movies?application_name=x%00user', 'a NUL (%00)'],
    ['"postgres://me:hunter2@db/movies"', 'must start with'],
    ["psql 'postgres://me:hunter2@db/movies'", 'must start with'],
    ['host=db user=me password=hunter2', 'must start with'],
    ['postgres:///me:hunter2@db/movies', 'percent-encode'],
    ['postgres://me:hunter2@[db/movies', 'percent-encode'],
    ['postgres://me:hunter2@<host>/movies', 'percent-encode'],
    ['postgres://me:hunter2#x@db/movies', 'percent-encode'],
    ['postgres://me:hunter2?x@db/movies', 'percent-encode'],
    ['postgres://me:hunter2%@db/movies', 'percent-encode'],
    ['postgres://me:hunter2@db:port/movies', 'percent-encode'],
    ['postgres://me:2024/hunter2@db/movies', 'percent-encode'],
    ['postgres://me:/hunter2@db/movies', 'percent-encode'],
    ['postgres://me:hunter2/x@y@db/movies', 'percent-encode'],
    ['postgres://me:hunter2\\x@db/movies', 'percent-encode'],
    ['postgres://me:hunter 2@db/movies', 'percent-encode'],
    ['postgres://me:hunter2', 'a number from 1 to 65535'],
    ['postgres://me:hunter2@db:99999/movies', 'a number from 1 to 65535'],
    ['postgres://me:hunter2@db:5432:1/movies', 'a number from 1 to 65535'],
    ['postgres://me:hunter2@2001:db8::1/movies', 'a number from 1 to 65535'],
    ['postgres://me:hunter2@db:0/movies', 'a number from 1 to 65535'],
    ['postgres://me:hunter2@db/movies?port=abc', 'a number from 1 to 65535'],
    ['postgres://me:hunter2@one,two/movies', 'several hosts'],
    ['postgres://me:hunter2@one:1,two:2/movies', 'several hosts'],
    ['postgres://me:hunter2@/movies?host=one,two', 'several hosts'],
    ['postgres://me:hunter2@db/movies?ssl=require', 'use sslmode='],
    ['postgres://me:hunter2@db/movies?sslmode=on', 'sslmode= takes disable, allow, prefer'],
    ['postgres://me:hunter2@db/movies?sslmode=REQUIRE', 'sslmode= takes disable, allow, prefer'],
    ['postgres://me:hunter2@db/movies?sslmode=verify-ca', 'needs sslrootcert'],
    ['postgres://me:hunter2@db/movies?sslmode=verify-ca&sslrootcert=system', 'needs sslrootcert'],
    ['postgres://me:hunter2@db/movies?sslrootcert=/tmp', "can't be read (EISDIR)"],
    ['postgres://me:hunter2@db/movies?sslrootcert=/nowhere/ca.pem', "ca.pem can't be read (ENOENT)"],
    [`postgres://me:hunter2@db/movies?sslrootcert=${file}`, 'a certificate in PEM'],
    ['postgres://me:hunter2@db/movies?sslcert=/nowhere/me.pem', 'sslcert and sslkey go together'],
    ['postgres://me:hunter2@db/movies?sslmod=require', 'unknown parameter'],
    ['postgres://me@db/movies?password=x&hunter2=y', 'unknown parameter'],
    ['postgres://me:hunter2@db/movies?schema=pg_catalog', 'schema of PostgreSQL itself'],
    ['postgres://me:hunter2@db/movies?schema=a%22b', 'double quote'],
    [`postgres://me:hunter2@db/movies?schema=${'x'.repeat(64)}`, 'longer than 63 bytes'],
  ])('is rejected without showing the password: %s', (value, reason) => {
    const rejected = (): unknown => parseDatabaseUrl(value);
    expect(rejected).toThrow(reason);
    expect(rejected).not.toThrow('hunter2');
  });
});
