import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { Pool } from 'pg';
import type { MigrationFolder } from './migration-files.js';
import { createPool, type Target } from '../connection/pool.js';

/** Prisma's migration engine for one database. It uses about 60 MB while it is open, so open it only when needed. */
export interface SchemaEngine {
  /**
   * Returns the names of the applied migrations.
   * @throws the database's error when it rejects a script: the engine's own error does not contain it
   */
  apply(): Promise<readonly string[]>;
  markApplied(name: string): Promise<void>;
  markRolledBack(name: string): Promise<void>;
}

/** Runs `work` with the engine, then closes the engine. */
export async function withSchemaEngine<T>(
  target: Target,
  folder: MigrationFolder,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  await loadModule();
  const pool = createPool(target, 1);
  const script: ScriptResult = { error: null };
  try {
    const engine = await wasm.SchemaEngine.new(
      { datamodels: [['schema.prisma', 'datasource db { provider = "postgresql" }']] },
      () => undefined,
      bindMigrationAwareSqlAdapterFactory(adapterFactory(pool, target.schema, script)),
    );
    try {
      return await work(bind(engine, folder, script));
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}

interface ScriptResult {
  /** Of the script that failed; null when none did. */
  error: unknown;
}

function bind(engine: wasm.SchemaEngine, folder: MigrationFolder, script: ScriptResult): SchemaEngine {
  const migrationsList = listFor(folder);
  const filters = { externalTables: [], externalEnums: [] };
  return {
    apply: async () => {
      try {
        return (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames;
      } catch (error) {
        throw script.error ?? error;
      }
    },
    markApplied: async (migrationName) => {
      await engine.markMigrationApplied({ migrationName, migrationsList });
    },
    markRolledBack: async (migrationName) => {
      await engine.markMigrationRolledBack({ migrationName });
    },
  };
}

function listFor(folder: MigrationFolder): wasm.MigrationList {
  return {
    baseDir: folder.path,
    lockfile: { path: 'migration_lock.toml', content: folder.lockFile },
    shadowDbInitScript: '',
    migrationDirectories: folder.migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/**
 * Sends a script whole, as one transaction, like `prisma migrate deploy`. Prisma's adapter would split it at every
 * semicolon, also inside strings and function bodies.
 */
function adapterFactory(
  pool: Pool,
  schema: string,
  result: ScriptResult,
): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool, { schema });
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connectToShadowDb: () => factory.connectToShadowDb(),
    connect: async () => {
      const adapter = await factory.connect();
      adapter.executeScript = async (script) => {
        try {
          await pool.query(script);
        } catch (error) {
          result.error = error;
          throw error;
        }
      };
      return adapter;
    },
  };
}

/** The part of the global that is used here; only the DOM types declare it. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ readonly instance: { readonly exports: { readonly __wbindgen_start: () => void } } }>;
};

let loading: Promise<void> | undefined;

/** The package's own entry imports a `.wasm` file, which Node 22 can't do and Node 24 warns about. */
function loadModule(): Promise<void> {
  loading ??= instantiate();
  return loading;
}

async function instantiate(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const bytes = await readFile(entry.replace(/schema_engine\.js$/, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports() });
  wasm.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** The engine never clears the ten-second timer of its lock, which must not keep a finished process alive. */
function imports(): Record<string, unknown> {
  const timer = Object.keys(wasm).filter((name) => name.startsWith('__wbg_setTimeout_'));
  const start = (callback: () => void, ms: number): unknown => setTimeout(callback, ms).unref();
  return { ...wasm, ...Object.fromEntries(timer.map((name) => [name, start])) };
}
