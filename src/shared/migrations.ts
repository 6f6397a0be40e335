import fs, { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createPostgresBackend, Queue } from 'bullmq';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import { createPool, type Reader } from './database.ts';

const migrationFolder = path.join(import.meta.dirname, '../../migrations');

/**
 * Brings a database up to date, as the role that owns the tables: Lendwell's own migrations,
 * then the queue's. Creates the role `lendwell_app` when it is missing and the owner may.
 * @returns the names of the migrations that ran
 */
export async function migrateToLatest(ownerUrl: string): Promise<string[]> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: createPool(ownerUrl, 1) }) });
  try {
    await sql`do $$ begin
      if not exists (select from pg_roles where rolname = 'lendwell_app') then create role lendwell_app login; end if;
    end $$`.execute(db);
    const provider = new FileMigrationProvider({ fs, path, migrationFolder });
    const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest();
    if (error) throw error;
    await migrateQueue(ownerUrl);
    await sql`
      grant usage, create on schema bullmq to lendwell_app;
      grant select, insert, update, delete on all tables in schema bullmq to lendwell_app;
      grant usage, select on all sequences in schema bullmq to lendwell_app;
      grant execute on all functions in schema bullmq to lendwell_app;
    `.execute(db);
    return results.map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

async function migrateQueue(ownerUrl: string): Promise<void> {
  const queue = new Queue(
    'migrate',
    { connection: { connectionString: ownerUrl, max: 1, migrate: true } },
    createPostgresBackend,
  );
  await queue.waitUntilReady();
  await queue.close();
}

/** The migrations in the folder that the database has not run; none means it is current. */
export async function pendingMigrations(db: Reader): Promise<string[]> {
  const files = (await readdir(migrationFolder))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3));
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const ran = new Set(rows.map((row) => row.name));
  return files.filter((file) => !ran.has(file));
}
