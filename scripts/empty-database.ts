import pg from 'pg';
import type { EmbeddedPostgres } from '../src/embedded/postgres.ts';

/** Makes the database of an embedded server anew, with nothing in it: what was there is gone. */
export async function emptyDatabase({ adminUrl }: Pick<EmbeddedPostgres, 'adminUrl'>): Promise<void> {
  const admin = new pg.Client(adminUrl);
  await admin.connect();
  try {
    await admin.query('drop database if exists lendwell with (force)');
    await admin.query('create database lendwell owner lendwell_owner');
  } finally {
    await admin.end();
  }
}
