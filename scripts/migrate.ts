import { migrateToLatest } from '../src/shared/migrations.ts';

const needsOwner = `DATABASE_OWNER_URL is not set. It names the database as the role that owns the tables, such as
  postgres://lendwell_owner:…@db.example.org/lendwell?sslmode=verify-full

Before the first migration an administrator of the PostgreSQL server makes the roles and the database:

  create role lendwell_owner login password '…';
  create role lendwell_app login password '…';
  create role lendwell_clinic;
  create role lendwell_supporter;
  grant lendwell_clinic, lendwell_supporter to lendwell_app;
  create database lendwell owner lendwell_owner encoding 'UTF8' template template0;

Lendwell itself runs with DATABASE_URL as lendwell_app, which may not change the event log. In the name of a clinic or
a supporter it reads as the other two, which nobody signs in as.`;

const url = process.env.DATABASE_OWNER_URL;
if (!url) {
  console.error(needsOwner);
  process.exit(1);
}
try {
  const ran = await migrateToLatest(url);
  for (const name of ran) console.log(`Ran ${name}`);
  console.log(ran.length ? 'The database is current.' : 'The database was current; nothing to run.');
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  console.error(`The migration stopped, and nothing of the step that failed was kept: ${message || code}`);
  if (code === '42501') console.error(`\n${needsOwner.split('\n').slice(3).join('\n')}`);
  process.exit(1);
}
