import { DatabaseError as PostgresError, escapeIdentifier, escapeLiteral, type ClientBase } from 'pg';
import { DatabaseError } from '../errors/database-error.js';
import type { Target } from '../connection/pool.js';
import type { ViewShape } from './views.js';

/** Those that rest on others first. */
export async function dropViews(client: ClientBase, views: readonly ViewShape[]): Promise<void> {
  for (const view of views.toReversed()) await client.query(`DROP ${kindOf(view)} ${view.name}`);
}

/** Makes dropped views as they were: definition, options, defaults, indexes, comments, owner and grants. */
export async function restoreViews(
  client: ClientBase,
  where: Target,
  views: readonly ViewShape[],
): Promise<void> {
  await client.query('SET LOCAL search_path = pg_catalog');
  for (const view of views) {
    await create(client, view);
    await revokeDefaults(client, view);
    for (const statement of restoring(view)) await client.query(statement);
  }
  await client.query(`SET LOCAL search_path = ${escapeIdentifier(where.schema)}`);
}

async function create(client: ClientBase, view: ViewShape): Promise<void> {
  try {
    await client.query(createView(view));
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    throw new DatabaseError(
      'NOT_ADOPTABLE',
      `View ${view.name} can't be put back over the upgraded tables: ${error.message}. Nothing was changed. ` +
        'Drop it or correct it, then start again.',
      { cause: error },
    );
  }
}

/** Default privileges may have granted something that the view did not have. */
async function revokeDefaults(client: ClientBase, view: ViewShape): Promise<void> {
  const { rows } = await client.query<{ grantee: string }>(
    `SELECT DISTINCT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS grantee
       FROM pg_class c, aclexplode(c.relacl) AS x WHERE c.oid = $1::regclass AND x.grantee <> c.relowner`,
    [view.name],
  );
  for (const { grantee } of rows) await client.query(`REVOKE ALL ON ${view.name} FROM ${grantee}`);
}

/** What makes a view that was made anew as it was. */
function restoring(view: ViewShape): readonly string[] {
  const kind = kindOf(view);
  return [
    ...view.defaults.map(
      ({ column, value }) =>
        `ALTER VIEW ${view.name} ALTER COLUMN ${escapeIdentifier(column)} SET DEFAULT ${value}`,
    ),
    ...view.indexes.map(({ definition }) => definition),
    ...view.indexes.flatMap(({ name, comment }) =>
      comment === null ? [] : [`COMMENT ON INDEX ${name} IS ${escapeLiteral(comment)}`],
    ),
    ...view.comments.map(({ column, text }) => {
      const what =
        column === null ? `${kind} ${view.name}` : `COLUMN ${view.name}.${escapeIdentifier(column)}`;
      return `COMMENT ON ${what} IS ${escapeLiteral(text)}`;
    }),
    `ALTER ${kind} ${view.name} OWNER TO ${escapeIdentifier(view.owner)}`,
    ...grantStatements(view),
  ];
}

function kindOf(view: ViewShape): string {
  return view.materialized ? 'MATERIALIZED VIEW' : 'VIEW';
}

function createView(view: ViewShape): string {
  const columns = view.columns.map((column) => escapeIdentifier(column)).join(', ');
  const options = view.options.length === 0 ? '' : ` WITH (${view.options.map(optionSql).join(', ')})`;
  const tablespace = view.tablespace === null ? '' : ` TABLESPACE ${escapeIdentifier(view.tablespace)}`;
  const query = view.definition.replace(/;\s*$/, '');
  const data = view.materialized && !view.populated ? ' WITH NO DATA' : '';
  return `CREATE ${kindOf(view)} ${view.name} (${columns})${options}${tablespace} AS ${query}${data}`;
}

function optionSql(option: string): string {
  const [name = '', ...value] = option.split('=');
  return `${escapeIdentifier(name)} = ${escapeLiteral(value.join('='))}`;
}

/** Over whatever default privileges have given the new view. */
function grantStatements(view: ViewShape): readonly string[] {
  if (view.defaultGrants && view.grants.length === 0) return [];
  const to = (grantee: string | null): string => (grantee === null ? 'PUBLIC' : escapeIdentifier(grantee));
  const grants = view.grants.map(({ column, grantee, privilege, grantable }) => {
    const columns = column === null ? '' : ` (${escapeIdentifier(column)})`;
    return `GRANT ${privilege}${columns} ON ${view.name} TO ${to(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`;
  });
  const ownRights = view.defaultGrants
    ? []
    : [`REVOKE ALL ON ${view.name} FROM ${escapeIdentifier(view.owner)}`];
  return [...ownRights, ...grants];
}
