import { sql } from 'kysely';
import { mayDecide } from '../access/decider.queries.ts';
import type { Reader } from '../shared/database.ts';
import { byId, type ListPage, type Ordered, readCursor, toPage } from '../shared/lists.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, one } from '../shared/statements.ts';
import { aheadForTheSame, columnsFor, referralTables } from './referral.queries.ts';
import type { Need, ReferralStatus, urgencies } from './referral.rules.ts';
import { ReferralSummary } from './referral.schemas.ts';
import { isOpenReferral, isUndecided } from './referral.states.ts';

type Urgency = (typeof urgencies)[number];

/** What the queue is narrowed to. `to_decide` is what waits for a decision. */
export type QueueFilter = {
  status: ReferralStatus | 'to_decide' | 'all';
  urgency?: Urgency | undefined;
  clinicId?: string | undefined;
  /** Id of a member of staff, `nobody`, which has open ones of who has left too, or `left`. */
  assigned?: string | undefined;
  need?: Need | undefined;
  late?: boolean | undefined;
};
export const Queued = { ...ReferralSummary.properties, late: col.boolean };
export type Queued = RowOf<typeof Queued>;

/** The place of the referral `r` among the urgencies, the most urgent first. */
const urgencyOf = (word: ReturnType<typeof sql>) =>
  sql`array_position(array['urgent', 'soon', 'routine'], ${word})`;

/** That the referral `r` has waited for a decision of ours for longer than the scheme's policy says, on a civil date. */
export const isLate = (
  today: string,
) => sql`(r.status = 'received' and (r.received_at at time zone 'Europe/London')::date + (
  select case r.urgency when 'urgent' then urgent_days when 'soon' then soon_days else routine_days end from lending_policy) < ${today}::date)`;

/** That the referral `r` is of someone who may not decide about it any more. */
const isOfWhoLeft = sql`(r.assigned_to is not null and not exists (select from staff where id = r.assigned_to and ${mayDecide}))`;
/** That nobody works on the referral `r`: it is given to nobody, or open and of someone who has left. */
const isNobodys = sql`(r.assigned_to is null or (${isOpenReferral('r')} and ${isOfWhoLeft}))`;

function conditions({ status, urgency, clinicId, assigned, need, late }: QueueFilter, today: string) {
  return sql.join(
    [
      sql`where true`,
      ...(status === 'to_decide' ? [isUndecided('r')] : status === 'all' ? [] : [sql`r.status = ${status}`]),
      ...(urgency ? [sql`r.urgency = ${urgency}`] : []),
      ...(clinicId ? [sql`r.clinic_id = ${clinicId}`] : []),
      ...(assigned
        ? [
            assigned === 'nobody'
              ? isNobodys
              : assigned === 'left'
                ? isOfWhoLeft
                : sql`r.assigned_to = ${assigned}`,
          ]
        : []),
      ...(need
        ? [
            sql`exists (select from referral_need n where n.referral_id = r.id and n.need = ${need} and n.status = 'open')`,
          ]
        : []),
      ...(late ? [isLate(today)] : []),
    ],
    sql` and `,
  );
}

/** Referrals as an officer works through them: unless asked otherwise by urgency, then by age, or by age alone where nothing is to be decided. */
export async function listQueue(
  db: Reader,
  filter: QueueFilter,
  { today, limit, after, order }: Ordered & { today: string; limit: number },
): Promise<ListPage<Queued>> {
  const isByUrgency = filter.status === 'to_decide' && !order;
  const { follows, by } = isByUrgency
    ? byUrgency(after)
    : byId(sql`r.id`, { order: order ?? 'oldest', after });
  const rows = await many(db, 'referral.queue', Queued)`
    select ${columnsFor()}, ${isLate(today)} as late from ${referralTables}
    ${conditions(filter, today)} ${follows}
    order by ${by} limit ${limit + 1}`;
  return toPage(rows, limit, (row) => (isByUrgency ? [row.urgency, row.id] : [row.id]));
}

function byUrgency(after: string | undefined) {
  const [urgency, id] = readCursor(after, ['text', 'uuid']) ?? [];
  const by = sql`${urgencyOf(sql`r.urgency`)}, r.id`;
  return {
    follows: id ? sql`and (${by}) > (${urgencyOf(sql`${urgency}::text`)}, ${id}::uuid)` : sql``,
    by,
  };
}

/** How many referrals the queue has in all, and how many of them wait for longer than they should. */
export async function countQueue(
  db: Reader,
  filter: QueueFilter,
  today: string,
): Promise<{ count: number; late: number }> {
  return one(db, 'referral.count-queue', { count: col.number, late: col.number })`
    select (select count(*)::int from referral r ${conditions(filter, today)}) as count,
      (select count(*)::int from referral r ${conditions({ ...filter, late: true }, today)}) as late`;
}

const Following = {
  reference: col.text,
  ahead: col.number,
  next: col.orNull(col.object({ id: col.text, reference: col.text, left: col.number })),
};
/** A referral that was worked on, how many are to be helped before it, and the one to decide after it, with how many are left. */
export type Following = RowOf<typeof Following>;

/**
 * What comes after a referral in the queue, by its order, from the start again behind its last one. One that was asked
 * about waits for its clinic, and comes only where those are looked at.
 */
export async function followingOf(
  db: Reader,
  id: string,
  filter: QueueFilter,
  { today, order }: Pick<Ordered, 'order'> & { today: string },
): Promise<Following> {
  const key = (of: 'r' | 'me') =>
    order ? sql`${sql.ref(`${of}.id`)}` : sql`${urgencyOf(sql.ref(`${of}.urgency`))}, ${sql.ref(`${of}.id`)}`;
  const isNewestFirst = order === 'newest';
  const isBehind = isNewestFirst ? sql`r.id < me.id` : sql`(${key('r')}) > (${key('me')})`;
  const status = filter.status === 'asked' ? 'asked' : 'received';
  return one(db, 'referral.following', Following)`
    select me.reference, (select ${aheadForTheSame} from referral r where r.id = me.id) as ahead,
      (select json_build_object('id', r.id, 'reference', r.reference, 'left', count(*) over ())
        from referral r ${conditions({ ...filter, status }, today)} and r.id <> me.id
        order by (${isBehind}) desc, ${key('r')} ${isNewestFirst ? sql`desc` : sql``} limit 1) as next
    from referral me where me.id = ${id}`;
}
