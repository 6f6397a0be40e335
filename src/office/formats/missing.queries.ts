import { sql } from 'kysely';
import { isOpenLoan } from '../../lending/loans/loan.states.ts';
import { versionInUse } from '../../messages/renderings/rendering.queries.ts';
import { things } from '../../messages/renderings/thing.rules.ts';
import { wantedFormat, wantedLanguage } from '../../people/format.queries.ts';
import { formats } from '../../people/format.rules.ts';
import { isAccepted } from '../../referrals/referral.states.ts';
import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, many } from '../../shared/statements.ts';
import { isAhead } from '../../support/follow-up.states.ts';
import { taskKinds } from '../../tasks/task.rules.ts';
import { kindOfThing } from './given.rules.ts';

/** People whom it is about: all, or these alone. */
export type Whom = string[] | null;
const among = (whom: Whom) => (whom ? sql`p.id = any(${whom}::uuid[])` : sql`true`);

/** People who are helped now, or have something of ours, and need another language or format than plain English. */
const people = (whom: Whom) => sql`
  select p.id, p.language as tag, p.communication_needs as needs, p.wording, ${wantedLanguage('p')} as language, ${wantedFormat('p')} as format
  from patient p where ${among(whom)} and p.merged_into is null and p.contact_state not in ('withdrawn', 'deceased')
    and (${wantedLanguage('p')} <> 'en' or p.communication_needs && ${[...formats]}::text[])
    and (exists (select from referral r where r.patient_id = p.id and ${isAccepted('r')})
      or exists (select from loan l where l.patient_id = p.id and ${isOpenLoan('l')}))`;

const kindOf = sql`(${JSON.stringify(kindOfThing)}::jsonb ->> x.thing)`;
const isRendered = sql`exists (select from rendering r where r.thing = x.thing and r.of_version = ${versionInUse(sql`x.thing`)}
  and r.language = n.language and r.format = n.format)`;

/** What is missing for whom, in a statement whose people are `n`: `kind`, and `id` of the person. */
const missing = sql`
  select n.id, ${kindOf} as kind from n cross join unnest(${[...things]}::text[]) x (thing)
  where (n.language, n.format) <> ('en', 'standard') and ${versionInUse(sql`x.thing`)} is not null and not ${isRendered}
    and (x.thing not like 'notice%' or x.thing = case n.wording when 'identified' then 'notice' else 'notice_discreet' end)
  union all
  select n.id, 'missing_guides' from n where exists (
    select from guide g, unnest(case when n.needs && ${[...formats]}::text[] then n.needs else array['standard'] end) f (format)
    where g.retired_at is null and f.format = any(${[...formats]}::text[]) and exists (select from guide_version v where v.guide_id = g.id)
      and not exists (select from guide_version v where v.guide_id = g.id and v.language = n.language and v.format = f.format))
  union all
  select n.id, 'missing_texts' from n where n.language <> 'en' and exists (
    select from template e where e.language = 'en' and e.wording = n.wording and not exists (
      select from template t where t.reason = e.reason and t.wording = e.wording and t.language in (n.tag, n.language)))`;

/** People who need British Sign Language and with whom a call by phone is planned. */
const calls = (whom: Whom) => sql`
  select p.id, 'calls_for_bsl' as kind from patient p where ${among(whom)} and 'bsl' = any(p.communication_needs) and p.merged_into is null
    and exists (select from follow_up f where f.patient_id = p.id and f.way = 'phone' and ${isAhead('f')})`;

/** Days for which what staff settled by hand is not asked again. */
const askAgainAfter = 30;

const ToSettle = { kind: col.keyOf(taskKinds), id: col.text, isMissing: col.boolean };
export type ToSettle = RowOf<typeof ToSettle>;

/**
 * What is to be asked of staff or is settled: what is missing and has no task yet, and tasks of what is there by now or
 * is needed no longer. One statement.
 * @param at the instant, ISO 8601
 */
export async function toSettle(db: Reader, kinds: string[], whom: Whom, at: string): Promise<ToSettle[]> {
  return many(db, each('formats.to-settle'), ToSettle)`
    with n as materialized (${people(whom)}), m as materialized (${missing} union all ${calls(whom)})
    select m.kind, m.id, true as "isMissing" from m where not exists (
      select from task t left join task_closing c on c.task_id = t.id and c.reopened_at is null
      where t.kind = m.kind and t.subject_id = m.id
        and (t.status = 'open' or c.closed_at > ${at}::timestamptz - make_interval(days => ${askAgainAfter})))
    union all
    select t.kind, t.subject_id, false from task t where t.status = 'open' and t.kind = any(${kinds}::text[])
      and (${whom}::uuid[] is null or t.subject_id = any(${whom}::uuid[]))
      and not exists (select from m where m.kind = t.kind and m.id = t.subject_id)
    order by 1, 2`;
}

/** What is missing for one person who is helped now, by the kinds of its tasks. One statement. */
export async function missingForPerson(db: Reader, patientId: string): Promise<string[]> {
  const rows = await many(db, 'formats.of-person', { kind: col.keyOf(taskKinds) })`
    with n as materialized (${people([patientId])}) select m.kind from (${missing}) m`;
  return rows.map(({ kind }) => kind);
}

const Needed = {
  language: col.text,
  format: col.oneOf(['standard', 'easy_read']),
  people: col.number,
  /** For how many of them a thing is missing, by the kind of its task. */
  missing: col.unchecked<Record<string, number>>(),
};
export type Needed = RowOf<typeof Needed>;

/** Which languages and words people need now, how many of them, and what is missing for how many. One statement. */
export async function neededNow(db: Reader): Promise<Needed[]> {
  return many(db, 'formats.needed', Needed)`
    with n as materialized (${people(null)}), m as materialized (${missing}), c as (
      select n.language, n.format, m.kind, count(*)::int as count from m join n on n.id = m.id group by 1, 2, 3)
    select n.language, n.format, count(*)::int as people,
      coalesce((select json_object_agg(c.kind, c.count) from c where (c.language, c.format) = (n.language, n.format)), '{}') as missing
    from n group by 1, 2 order by count(*) desc, 1, 2`;
}
