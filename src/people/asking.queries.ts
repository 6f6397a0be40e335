import { type RawBuilder, sql } from 'kysely';
import { seeingAll } from '../shared/asker.ts';
import type { Reader } from '../shared/database.ts';
import { etagOf } from '../shared/etag.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { calledName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import { col, type Row, type RowOf } from '../shared/rows.ts';
import { each, many } from '../shared/statements.ts';
import { outcomeCounts } from '../support/follow-up.states.ts';
import { measureCounts } from '../support/measures/measure.states.ts';
import { type AskingBudget, whyNotAsk } from './asking.rules.ts';
import { Asking, type Shaper } from './asking.schemas.ts';
import { contactStates } from './contact-state.rules.ts';

const Budget = {
  contactState: col.oneOf(contactStates),
  pausedUntil: col.orNull(col.text),
  isGone: col.boolean,
  mostAYear: col.orNull(col.number),
  onlyOnPaper: col.boolean,
  skipConfidence: col.boolean,
  shapeAYear: col.orNull(col.number),
  most: col.number,
  weeks: col.number,
  lately: col.number,
  questionsInYear: col.number,
  invitationsInYear: col.number,
};

/** Ids of the person `p`, and of records that were merged into theirs. */
const theirIds = sql`(select id from patient where id = p.id or merged_into = p.id)`;

/** Everything that the person `p` was asked, as civil days. */
const everyAsking = sql`
  select f.due_on as day, false as "isInvitation" from follow_up f join follow_up_outcome o on o.follow_up_id = f.id and ${outcomeCounts('o')}
    where f.patient_id in ${theirIds} and o.confidence is not null
  union all select m.asked_on, false from measure_asking m where m.patient_id in ${theirIds} and ${measureCounts('m')}
  union all select i.invited_on, true from invitation i where i.patient_id in ${theirIds}`;

/** How often at most within an interval that has the civil day in it, whichever day it ends with. */
const mostWithin = (day: string, interval: RawBuilder<unknown>, which: RawBuilder<unknown>) => sql`
  (select coalesce(max(n), 0)::int from (
    select count(*) filter (where a.day > e.day - ${interval} and a.day <= e.day and ${which}) as n
    from ends e left join asked a on true where e.day - ${interval} < ${day}::date group by e.day) x)`;

const budget = sql`
  p.contact_state as "contactState", p.paused_until as "pausedUntil", p.erased_at is not null as "isGone",
  w.*, l.asking_most as most, l.asking_weeks as weeks, c.*`;

/**
 * The patients `p` with what they wish and how often they were asked, on a civil day. What records say that were merged
 * into one counts with it, by the stricter word, until the person says otherwise.
 */
const budgetFrom = (day: string) => sql`
  patient p cross join lending_policy l
  cross join lateral (
    select min(w.most_a_year) as "mostAYear", coalesce(bool_or(w.only_on_paper), false) as "onlyOnPaper",
      coalesce(bool_or(w.skip_confidence), false) as "skipConfidence", min(w.shape_a_year) as "shapeAYear"
    from asking_wish w left join asking_wish o on o.patient_id = p.id
    where w.patient_id in ${theirIds} and (w.patient_id = p.id or o.changed_at is null or o.changed_at < (
      select max(m.at) from patient_merge m where m.merged_id = w.patient_id and m.parted_at is null))) w
  cross join lateral (
    with asked as (${everyAsking}), ends as (select ${day}::date as day union select day from asked where day > ${day}::date)
    select ${mostWithin(day, sql`l.asking_weeks * 7`, sql`true`)} as lately,
      ${mostWithin(day, sql`365`, sql`not a."isInvitation"`)} as "questionsInYear",
      ${mostWithin(day, sql`365`, sql`a."isInvitation"`)} as "invitationsInYear") c`;

async function readBudgets<Also extends Row>(
  db: Reader,
  day: string,
  { columns, also, which }: { columns: Also; also: RawBuilder<unknown>; which: RawBuilder<unknown> },
): Promise<RowOf<typeof Budget & Also>[]> {
  const rows = many(db, each('asking.budgets'), { ...Budget, ...columns })`
    select ${budget} ${also} from ${budgetFrom(day)} where ${which}`;
  return rows as Promise<RowOf<typeof Budget & Also>[]>;
}

/**
 * What decides whether someone may be asked on a civil day. It counts what anyone asked them, also where whoever looks
 * sees only their own, and shows none of it.
 * @throws Problem `not-found`
 */
export async function getAskingBudget(db: Reader, patientId: string, day: string): Promise<AskingBudget> {
  const [row] = await seeingAll(() =>
    readBudgets(db, day, { columns: {}, also: sql``, which: sql`p.id = ${patientId}` }),
  );
  if (!row) throw new Problem('not-found');
  return row;
}

const whole = col.pick(Asking.properties, 'invitations', 'changedAt');

/**
 * What a person wishes of being asked, how often they were, and whether they may be on a civil day.
 * @throws Problem `not-found`
 */
export async function getAsking(db: Reader, patientId: string, day: string): Promise<Asking> {
  const [row] = await readBudgets(db, day, {
    columns: whole,
    also: sql`, coalesce((select changed_at from asking_wish where patient_id = p.id), p.created_at) as "changedAt",
      coalesce((select json_agg(i) from (
        select id, invited_on as "invitedOn", to_what as "toWhat", invited_by as "invitedBy" from invitation
        where patient_id in ${theirIds} order by invited_on desc, id desc limit 20) i), '[]') as invitations`,
    which: sql`p.id = ${patientId}`,
  });
  if (!row) throw new Problem('not-found');
  const { mostAYear, onlyOnPaper, skipConfidence, shapeAYear } = row;
  const why = (way: 'call' | 'paper' | 'link') => whyNotAsk(row, { asked: 'questions', way, day });
  return {
    patientId,
    wishes: { mostAYear, onlyOnPaper, skipConfidence, shapeAYear },
    lately: row.lately,
    weeks: row.weeks,
    questionsInYear: row.questionsInYear,
    invitationsInYear: row.invitationsInYear,
    whyNot: {
      confidence: whyNotAsk(row, { asked: 'confidence', way: 'call', day }),
      call: why('call'),
      paper: why('paper'),
      link: why('link'),
      shaping: whyNotAsk(row, { asked: 'shaping', way: 'call', day }),
    },
    invitations: row.invitations,
    changedAt: row.changedAt,
  };
}

/** The version of someone's wishes, for If-Match. */
export const askingTag = ({ patientId, changedAt }: Pick<Asking, 'patientId' | 'changedAt'>) =>
  etagOf(`asking ${patientId}`, changedAt);

/** Who wants to help shape the scheme, and who of them may be asked to on a civil day; the newest records first. */
export async function listShapers(
  db: Reader,
  query: { limit: number; after?: string | undefined },
  day: string,
): Promise<ListPage<Shaper>> {
  const { follows, by } = byId(sql`p.id`, query);
  const rows = await readBudgets(db, day, {
    columns: { id: col.text, name: col.text },
    also: sql`, p.id, ${calledName} as name`,
    which: sql`p.id in (select coalesce(r.merged_into, r.id) from asking_wish s join patient r on r.id = s.patient_id where s.shape_a_year is not null)
      and p.merged_into is null and p.erased_at is null and w."shapeAYear" is not null ${follows}
      order by ${by} limit ${query.limit + 1}`,
  });
  const page = toPage(rows, query.limit, ({ id }) => [id]);
  return {
    ...page,
    items: page.items.map((row) => ({
      patient: { id: row.id, name: row.name },
      shapeAYear: row.shapeAYear!,
      invitationsInYear: row.invitationsInYear,
      whyNot: whyNotAsk(row, { asked: 'shaping', way: 'call', day }),
    })),
  };
}
