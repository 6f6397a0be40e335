import { type Kysely, sql } from 'kysely';

/** Texts of their own per channel and language; each change is a version that stays. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table template
      add column channel text not null default 'any' check (channel in ('any', 'sms', 'email', 'letter')),
      add column language text not null default 'en',
      add column created_by text,
      drop constraint template_reason_wording_version_key;
    alter table template alter column channel drop default, alter column language drop default,
      add constraint template_version unique (reason, wording, channel, language, version);
    comment on table template is 'The newest version of (reason, wording, channel, language) is in use; what fits a message best is chosen by bestTemplate.';
    create trigger template_kept before update on template for each row execute function refuse_change();
  `.execute(db);
}
