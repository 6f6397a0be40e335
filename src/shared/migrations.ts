import fs, { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createPostgresBackend, Queue } from 'bullmq';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import { createPool, type Reader } from './database.ts';

const migrationFolder = path.join(import.meta.dirname, '../../migrations');

/**
 * Brings a database up to date, as the role that owns the tables: Lendwell's own migrations,
 * then the queue's. Creates the roles that are missing, where the owner may.
 * @returns the names of the migrations that ran
 */
export async function migrateToLatest(ownerUrl: string): Promise<string[]> {
  const pool = createPool(ownerUrl, 1);
  pool.on('error', () => {});
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await makeRoles(db);
    const provider = new FileMigrationProvider({ fs, path, migrationFolder });
    const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest();
    if (error) throw error;
    await migrateQueue(ownerUrl);
    await grantQueue(db);
    return results.map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

/** The role that runs Lendwell, and those that it reads as in the name of a clinic or a supporter. */
async function makeRoles(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$ declare narrow text; begin
      if not exists (select from pg_roles where rolname = 'lendwell_app') then create role lendwell_app login; end if;
      foreach narrow in array array['lendwell_clinic', 'lendwell_supporter'] loop
        if not exists (select from pg_roles where rolname = narrow) then execute format('create role %I', narrow); end if;
        if not pg_has_role('lendwell_app', narrow, 'member') then execute format('grant %I to lendwell_app', narrow); end if;
      end loop;
    end $$;
  `.execute(db);
}

/**
 * Lets the application use the queue's tables. What the queue makes as it runs belongs to the
 * application already, and only an owner may grant.
 */
async function grantQueue(db: Kysely<unknown>): Promise<void> {
  await sql`
    grant usage, create on schema bullmq to lendwell_app;
    do $$ declare made record; begin
      for made in
        select c.oid::regclass as name, c.relkind from pg_class c
        where c.relnamespace = 'bullmq'::regnamespace and c.relkind in ('r', 'p', 'S') and pg_has_role(c.relowner, 'member')
      loop
        if made.relkind = 'S' then execute format('grant usage, select on sequence %s to lendwell_app', made.name);
        else execute format('grant select, insert, update, delete on %s to lendwell_app', made.name);
        end if;
      end loop;
    end $$;
  `.execute(db);
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
