import { type Kysely, sql } from 'kysely';

/** More reasons for a change, and one that is told of the day on which a loan is due back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const reasons = sql.raw(
    "('they_asked', 'supporter_away', 'someone_else', 'we_cannot', 'closed', 'place', 'mistake', 'dates_moved', 'ended')",
  );
  await sql`
    alter table follow_up drop constraint follow_up_why_check,
      add constraint follow_up_why_check check (why in ${reasons});
    alter table follow_up_outcome drop constraint follow_up_outcome_was_why_check,
      add constraint follow_up_outcome_was_why_check check (was_why in ${reasons});
    alter table reminder add column why text check (why in ${reasons});
    comment on column reminder.why is 'Of a correction: why what was told does not hold, as the person may be told, where the record that it is of does not keep it.';

    insert into template (id, reason, wording, channel, language, version, subject, body)
    select new_id(), reason, wording, channel, language, version + 1, subject, replace(body, 'does not hold any more', 'does not hold any more{{why}}')
    from (select distinct on (reason, wording, channel, language) * from template order by reason, wording, channel, language, version desc) t
    where reason = 'put_off' and language = 'en' and created_by is null and wording <> 'trusted' and body like '%does not hold any more%';
  `.execute(db);
}
