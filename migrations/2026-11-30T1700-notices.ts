import { type Kysely, sql } from 'kysely';

/** What the scheme tells the public of itself: privacy notices and the accessibility statement, version by version. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table notice_version (
      notice text not null constraint notice_version_notice_check
        check (notice in ('accessibility', 'patients', 'patients_discreet', 'clinics', 'supporters')),
      version int not null check (version > 0),
      body text not null check (body ~ '\\S'),
      created_at timestamptz not null,
      created_by text not null,
      primary key (notice, version)
    );
    comment on table notice_version is 'Privacy notices and the accessibility statement as somebody saved them: the newest version of each is what the public reads. A notice without a version is not written yet.';
    create trigger notice_version_stays before update or delete on notice_version for each row execute function refuse_change();
    create trigger notice_version_no_truncate before truncate on notice_version for each statement execute function refuse_change();
    revoke update, delete on notice_version from lendwell_app;
  `.execute(db);
}
