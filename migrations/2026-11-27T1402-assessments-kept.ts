import { type Kysely, sql } from 'kysely';

/** An assessment is never written over; what was taken up of it is a row of its own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table assessment_take_up (
      assessment_id uuid primary key references referral_assessment on delete cascade,
      offers text[] not null,
      by_name text not null,
      at timestamptz not null
    );
    comment on table assessment_take_up is 'What an officer took up of an assessment, once. Goes with it.';
    insert into assessment_take_up (assessment_id, offers, by_name, at)
      select id, taken_up, by_name, at from referral_assessment where taken_up is not null;
    alter table referral_assessment drop column taken_up;
    create trigger referral_assessment_kept before update on referral_assessment for each row execute function refuse_change();
    create trigger assessment_take_up_kept before update on assessment_take_up for each row execute function refuse_change();
  `.execute(db);
}
