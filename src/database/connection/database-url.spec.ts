import { describe, expect, it } from '@jest/globals';
import { parseDatabaseUrl } from './database-url.js';

describe('DATABASE_URL', () => {
  it.each(['postgres', 'postgresql', 'postgresql+psycopg2'])('may start with %s://', (scheme) => {
    expect(parseDatabaseUrl(`${scheme}://me:secret@db.example:5433/movies`)).toEqual({
      connectionString: 'postgresql://me:secret@db.example:5433/movies',
      schema: null,
      label: 'db.example:5433/movies',
    });
  });

  it('names the schema in ?schema=, which node-postgres is not told', () => {
    const address = parseDatabaseUrl('postgres://me@db/movies?schema=Movie%20Club&application_name=x');
    expect(address).toMatchObject({
      schema: 'Movie Club',
      connectionString: 'postgresql://me@db/movies?application_name=x',
      label: 'db:5432/movies',
    });
  });

  it('keeps a percent-encoded password as it is', () => {
    const address = parseDatabaseUrl('postgres://me:p%40ss%2Fw%23rd%25@db/movies');
    expect(address.connectionString).toBe('postgresql://me:p%40ss%2Fw%23rd%25@db/movies');
  });

  it('may name a socket instead of a host', () => {
    const address = parseDatabaseUrl('postgresql+psycopg2://me@/movies?host=/var/run/postgresql');
    expect(address.connectionString).toBe('postgresql://me@/movies?host=%2Fvar%2Frun%2Fpostgresql');
    expect(address.label).toBe('/var/run/postgresql:5432/movies');
  });

  it('takes sslmode=require as node-postgres does, without its warning', () => {
    expect(parseDatabaseUrl('postgres://db/movies?sslmode=require').connectionString).toContain(
      'sslmode=verify-full',
    );
  });

  it("takes psycopg2's sslmode=require as libpq does", () => {
    const { connectionString } = parseDatabaseUrl('postgresql+psycopg2://db/movies?sslmode=require');
    expect(connectionString).toContain('sslmode=require&uselibpqcompat=true');
  });

  it.each([
    ['mysql://me:hunter2@db/movies', 'must start with'],
    ['postgres://me:hunter2@db', 'names no database'],
    ['postgres://me:hunter2@db/', 'names no database'],
    ['postgres://me:hunter2#x@db/movies', 'percent-encode'],
    ['postgres://me:hunter2%@db/movies', 'percent-encode'],
    ['postgres://me:hunter2@db:port/movies', 'percent-encode'],
    ['postgres://me:hunter2@db/movies?schema=pg_catalog', 'schema of PostgreSQL itself'],
    ['postgres://me:hunter2@db/movies?schema=a%22b', 'double quote'],
    [`postgres://me:hunter2@db/movies?schema=${'x'.repeat(64)}`, 'longer than 63 bytes'],
  ])('is refused, without showing the password: %s', (value, reason) => {
    const refused = (): unknown => parseDatabaseUrl(value);
    expect(refused).toThrow(reason);
    expect(refused).not.toThrow('hunter2');
  });
});
