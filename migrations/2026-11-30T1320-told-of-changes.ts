import { type Kysely, sql } from 'kysely';

/** Who is told of a security event is remembered way by way, and of a changed address the one before is told. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table security_event add column told_ways text[] not null default '{}', add column tell_address text;
    comment on column security_event.told_ways is 'By which ways it has been told, so that one that fails is tried again by itself.';
    comment on column security_event.tell_address is 'The email address that its owner had before; gone once it is told.';
    alter table second_person drop constraint second_person_kind_check,
      add constraint second_person_kind_check check (kind in ('role', 'email', 'password_link', 'factor_reset', 'erasure'));
  `.execute(db);
}
