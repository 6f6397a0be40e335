import { type RawBuilder, sql } from 'kysely';
import { wasLent } from '../lending/loans/loan.states.ts';
import type { Reader } from '../shared/database.ts';
import { etagOf } from '../shared/etag.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { calledName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import { many, maybe, one } from '../shared/statements.ts';
import { attendanceCounts } from '../support/drop-in.states.ts';
import { ofPerson } from './export.queries.ts';
import { underWay } from './privacy.queries.ts';
import { keptMonths } from './retention.rules.ts';
import {
  type Retention,
  RetentionBatch,
  type RetentionBatchQuery,
  RetentionBatchSummary,
} from './retention.schemas.ts';

/** For how long the scheme keeps people, by class. */
export async function getRetention(db: Reader): Promise<Retention> {
  return one(
    db,
    'retention.get',
    db
      .selectFrom('retention')
      .select([
        'helped_months as helpedMonths',
        'not_helped_months as notHelpedMonths',
        'deceased_months as deceasedMonths',
        'changed_at as changedAt',
      ]),
  );
}

/** The version of what was decided, for If-Match. */
export const retentionTag = ({ changedAt }: Retention) => etagOf('retention', changedAt);

const own = ofPerson(sql.ref('p.id'));

/**
 * People whose time is over on a civil date: their `id`, `class`, the `months` of it, `last_on` and `changed_at`.
 * Their time begins with the last that was new about them, and nothing of theirs is under way or held.
 */
export const timeOver = (date: string, condition: RawBuilder<unknown> = sql`true`) => sql`
  select p.id, p.changed_at, k.class, c.months, l.last_on
  from patient p
  cross join lateral (select case when p.contact_state = 'deceased' then 'deceased'
    when exists (select from loan x where x.patient_id in (${own}) and ${wasLent('x')}) or exists (select from drop_in_person x where x.patient_id in (${own}) and ${attendanceCounts('x')})
      or exists (select from follow_up x where x.patient_id in (${own}) and x.status = 'done') then 'helped'
    else 'not_helped' end as class) k
  join (select 'helped' as class, helped_months as months from retention
    union all select 'not_helped', not_helped_months from retention
    union all select 'deceased', deceased_months from retention) c on c.class = k.class
  cross join lateral (select (greatest(p.changed_at,
    (select max(x.changed_at) from referral x where x.patient_id in (${own})),
    (select max(x.changed_at) from loan x where x.patient_id in (${own}) and ${wasLent('x')}),
    (select max(a.created_at) from attachment a join loan x on x.id = a.loan_id where x.patient_id in (${own})),
    (select max(a.created_at) from attachment a join incident x on x.id = a.incident_id where x.patient_id in (${own})),
    (select max(x.changed_at) from incident x where x.patient_id in (${own})),
    (select max(x.changed_at) from follow_up x where x.patient_id in (${own})),
    (select max(x.at) from drop_in_person x where x.patient_id in (${own}) and ${attendanceCounts('x')}),
    (select max(x.sent_at) from message x where x.patient_id in (${own})),
    (select max(x.received_at) from inbound_message x where x.patient_ids && array(${own}))
    ) at time zone 'Europe/London')::date as last_on) l
  where p.merged_into is null and p.erased_at is null and ${condition}
    and p.changed_at < (${date}::date + 1)::timestamp at time zone 'Europe/London'
      - make_interval(months => (select least(helped_months, not_helped_months, deceased_months) from retention))
    and l.last_on < (${date}::date - make_interval(months => c.months))::date
    and not exists (${underWay(own)})`;

/** Of those whose time is over, whom the night may propose: no decision about them is waited for, and none to keep them is recent. */
export const toPropose = (date: string) => sql`
  select o.* from (${timeOver(date)}) o
  where not exists (select from retention_member m where m.patient_id = o.id and m.outcome is null)
    and not exists (select from retention_member m where m.patient_id = o.id and m.outcome = 'kept'
      and m.decided_at > (${date}::date - make_interval(months => ${keptMonths}))::timestamp at time zone 'Europe/London')`;

const batchColumns = sql`b.id, b.class, b.months, b.status, b.proposed_at as "proposedAt", b.decided_by_name as "decidedByName",
  b.decided_at as "decidedAt", b.reason`;

/** Batches that were proposed, the latest first. */
export async function listBatches(
  db: Reader,
  { status, limit, after }: RetentionBatchQuery,
): Promise<ListPage<RetentionBatchSummary>> {
  const { follows, by } = byId(sql`b.id`, { after });
  const rows = await many(db, 'retention-batch.list', RetentionBatchSummary.properties)`
    select ${batchColumns}, m.people, m.erased
    from retention_batch b cross join lateral (
      select count(*)::int as people, count(*) filter (where outcome = 'erased')::int as erased from retention_member where batch_id = b.id) m
    where ${status ? sql`b.status = ${status}` : sql`true`} ${follows}
    order by ${by} limit ${limit + 1}`;
  return toPage(rows, limit, ({ id }) => [id]);
}

/**
 * A batch with everyone in it, the longest untouched first. One statement.
 * @throws Problem `not-found`
 */
export async function getBatch(db: Reader, id: string): Promise<RetentionBatch> {
  const row = await maybe(db, 'retention-batch.get', RetentionBatch.properties)`
    select ${batchColumns}, count(*)::int as people, count(*) filter (where m.outcome = 'erased')::int as erased,
      json_agg(json_build_object('patientId', p.id, 'name', ${calledName},
        'lastOn', m.last_on, 'outcome', m.outcome) order by m.last_on, p.id) as members
    from retention_batch b join retention_member m on m.batch_id = b.id join patient p on p.id = m.patient_id
    where b.id = ${id} group by b.id`;
  if (!row) throw new Problem('not-found');
  return row;
}
