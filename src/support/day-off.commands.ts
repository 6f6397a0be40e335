import { sql } from 'kysely';
import { civilTime, timestamp } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { subjectsOfFollowUp } from './follow-up.commands.ts';
import { isAhead } from './follow-up.states.ts';
import { moveTo } from './planning.commands.ts';
import { lockDiary, readDiary } from './planning.queries.ts';
import { arrange, type Diary, Wanted } from './planning.rules.ts';
import { followUpStatuses } from './support.rules.ts';

const Standing = {
  ...Wanted,
  id: col.text,
  loanId: col.orNull(col.text),
  referralId: col.orNull(col.text),
  status: col.oneOf(followUpStatuses),
};
type Standing = RowOf<typeof Standing>;

/** Where follow-ups go that stand on days on which the scheme is to be closed, without moving them. */
export async function movesOff(db: Reader, deps: Deps, days: string[]): Promise<Wanted[]> {
  const standing = await standingOn(db, deps, days);
  if (!standing.length) return [];
  return placed(deps, standing, await readDiary(db, deps, standing, idsOf(standing)), days);
}

/**
 * Moves the follow-ups that stand on days on which the scheme is closed and have not begun, each to the next
 * free time of its person and its supporter, who stays. The event corrects what was said of the old time.
 */
export async function moveOff(work: Work, days: string[]): Promise<Wanted[]> {
  await run(work.trx, 'day-off.lock-patients')`
    select from patient where id in (select patient_id from follow_up f where ${isThere(work.deps, days)}) order by id for no key update`;
  await run(
    work.trx,
    'day-off.lock-follow-ups',
  )`select from follow_up f where ${isThere(work.deps, days)} order by f.id for update`;
  const standing = await standingOn(work.trx, work.deps, days);
  if (!standing.length) return [];
  const moved = placed(work.deps, standing, await lockDiary(work, standing, idsOf(standing)), days);
  await moveTo(work, moved, 'closed');
  await recordEvents(
    work,
    moved.map(({ dueOn, startsAt, status, ...followUp }) => ({
      type: 'follow_up.moved',
      subjects: subjectsOfFollowUp(followUp),
      values: {
        dueOn,
        startsAt,
        why: 'closed',
        ...(status === 'planned' ? {} : { from: status, to: 'planned' }),
      },
    })),
  );
  return moved;
}

const isThere = ({ clock }: Deps, days: string[]) => sql`f.due_on = any(${days}::date[])
  and ${isAhead('f')} and start_of(f.due_on, f.starts_at) > ${timestamp(clock)}::timestamptz`;

async function standingOn(db: Reader, deps: Deps, days: string[]): Promise<Standing[]> {
  return many(db, 'day-off.standing', Standing)`
    select f.id, f.patient_id as "patientId", f.supporter_id as "supporterId", f.loan_id as "loanId", f.referral_id as "referralId", f.status,
      f.due_on as "dueOn", to_char(f.starts_at, 'HH24:MI') as "startsAt", f.minutes, f.way, f.before_due is not null as back
    from follow_up f where ${isThere(deps, days)} order by f.due_on, f.starts_at, f.id`;
}

const idsOf = (standing: Standing[]) => standing.map(({ id }) => id);

const placed = ({ clock }: Deps, standing: Standing[], diary: Diary, days: string[]) =>
  arrange(standing, { ...diary, daysOff: [...diary.daysOff, ...days] }, civilTime(clock));
