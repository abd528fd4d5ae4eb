import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { joinTestServer, withClient, type TestServer } from './test-server.js';

/** An empty database for one test, whose state can be compared before and after. */
export class ScratchDatabase {
  private readonly roles: string[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly server: TestServer,
  ) {}

  static async create(): Promise<ScratchDatabase> {
    const server = await joinTestServer();
    try {
      return new ScratchDatabase(await createTestDatabase('empty'), server);
    } catch (error) {
      await server.leave();
      throw error;
    }
  }

  get url(): string {
    return this.database.url;
  }

  /** Runs one statement, or several without values, and returns the rows of the last. */
  async query<Row extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]> {
    return this.database.query<Row>(sql, values);
  }

  /** Creates a role that may log in, and returns its URL. */
  async addRole(): Promise<{ readonly name: string; readonly url: string }> {
    const name = `role_${randomBytes(5).toString('hex')}_test`;
    await this.query(`CREATE ROLE ${name} LOGIN PASSWORD 'a test'`);
    this.roles.push(name);
    const url = new URL(this.url);
    url.username = name;
    url.password = 'a test';
    return { name, url: url.href };
  }

  /**
   * Everything in the catalogue but PostgreSQL's own objects, and which transaction wrote each row: two equal snapshots
   * mean that nothing has changed between them.
   */
  async snapshot(): Promise<readonly string[]> {
    const catalogue = await this.query<{ line: string }>(SNAPSHOT);
    const tables = await this.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind = 'r' AND ${NOT_SYSTEM} ORDER BY 1`,
    );
    const rows = await Promise.all(
      tables.map(async ({ name }) => {
        const [row] = await this.query<{ rows: string }>(
          `SELECT md5(COALESCE(string_agg(xmin::text || t::text, ',' ORDER BY t::text), '')) AS rows FROM ${name} AS t`,
        );
        return `${name} contains ${row?.rows ?? ''}`;
      }),
    );
    return [...catalogue.map(({ line }) => line), ...rows];
  }

  async drop(): Promise<void> {
    try {
      await this.database.drop();
      await withClient(this.server.url, async (client) => {
        for (const role of this.roles) await client.query(`DROP ROLE ${role}`);
      });
    } finally {
      await this.server.leave();
    }
  }
}

const NOT_SYSTEM = `c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'`;

const SNAPSHOT = `
  SELECT line FROM (
    SELECT format('%s %s owner %s acl %s options %s', c.relkind, c.oid::regclass, c.relowner::regrole, c.relacl,
                  c.reloptions) AS line FROM pg_class c WHERE ${NOT_SYSTEM}
    UNION ALL
    SELECT format('%s.%s %s null %s default %s acl %s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
                  NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attacl)
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE ${NOT_SYSTEM}
    UNION ALL
    SELECT format('%s on %s: %s', n.conname, c.oid::regclass, pg_get_constraintdef(n.oid))
      FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid WHERE ${NOT_SYSTEM} AND n.contype <> 'n'
    UNION ALL
    SELECT pg_get_indexdef(c.oid) FROM pg_class c WHERE c.relkind = 'i' AND ${NOT_SYSTEM}
    UNION ALL
    SELECT format('%s is %s', c.oid::regclass, pg_get_viewdef(c.oid)) FROM pg_class c
     WHERE c.relkind IN ('v', 'm') AND ${NOT_SYSTEM}
    UNION ALL
    SELECT format('comment on %s.%s: %s', c.oid::regclass, m.objsubid, m.description)
      FROM pg_description m JOIN pg_class c ON m.classoid = 'pg_class'::regclass AND c.oid = m.objoid WHERE ${NOT_SYSTEM}
    UNION ALL
    SELECT format('schema %s acl %s', nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'
  ) AS lines ORDER BY line COLLATE "C"`;
