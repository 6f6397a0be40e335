import { civilTime } from '../shared/clock.ts';
import { recordEvents } from '../shared/events.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { subjectsOfFollowUp } from './follow-up.commands.ts';
import { isAhead } from './follow-up.states.ts';
import { moveTo } from './planning.commands.ts';
import { lockDiary } from './planning.queries.ts';
import { arrange, Wanted } from './planning.rules.ts';
import { followUpStatuses, type KeptStep } from './support.rules.ts';

const StartStep = {
  ...col.omit(Wanted, 'back'),
  id: col.text,
  referralId: col.orNull(col.text),
  step: col.text,
  status: col.oneOf(followUpStatuses),
  /** The day on which it stands. */
  was: col.text,
  /** Whether it was moved by anything but the handover. */
  isMoved: col.boolean,
};
type StartStep = RowOf<typeof StartStep>;

/**
 * Counts the steps of a loan's support plan from another day of its handover: what is ahead moves to its new day, at a
 * time that is free, unless someone confirmed or moved it. What would be in the past comes on the next working day,
 * or stays where that is sooner. For the command that corrects the handover, in its transaction; the event takes care of reminders.
 * @param days `from`: the civil date from which they were counted; `to`: the one from which they are now
 * @returns the follow-ups that stay
 */
export async function moveStartSteps(
  work: Work,
  loanId: string,
  days: { from: string; to: string },
): Promise<KeptStep[]> {
  const steps = await lockStartSteps(work, loanId, days);
  await run(work.trx, 'patient-plan.start-again')`
    update patient_plan set starts_on = ${days.to}::date
    where loan_id = ${loanId} and starts_on = ${days.from}::date and ended_at is null`;
  const [staying, going] = [
    steps.filter(stays),
    steps.filter((step) => !stays(step) && step.dueOn !== step.was),
  ];
  if (going.length) await moveAll(work, loanId, going);
  return staying.map(({ step, was, status }) => ({ step, dueOn: was, isConfirmed: status === 'confirmed' }));
}

const stays = ({ status, isMoved }: StartStep) => status === 'confirmed' || isMoved;

async function moveAll(work: Work, loanId: string, going: StartStep[]): Promise<void> {
  const diary = await lockDiary(
    work,
    going,
    going.map(({ id }) => id),
  );
  const stands = new Map(going.map(({ id, was, startsAt }) => [id, `${was} ${startsAt}`]));
  const moved = arrange(going, diary, civilTime(work.deps.clock)).filter(
    ({ id, dueOn, startsAt }) => stands.get(id) !== `${dueOn} ${startsAt}`,
  );
  await moveTo(work, moved, 'dates_moved');
  await recordEvents(
    work,
    moved.map(({ dueOn, startsAt, ...followUp }) => ({
      type: 'follow_up.moved',
      subjects: subjectsOfFollowUp({ ...followUp, loanId }),
      values: { dueOn, startsAt, withHandover: true, why: 'dates_moved' },
    })),
  );
}

/** The steps counted from the handover that are ahead and whose day of the plan is another one now, locked, each with its new day. */
async function lockStartSteps(
  work: Work,
  loanId: string,
  { from, to }: { from: string; to: string },
): Promise<StartStep[]> {
  const day = work.today;
  return many(work.trx, 'follow-up.start-steps', StartStep)`
    with ahead as materialized (
      select f.*, h.version_id from follow_up f join patient_plan h on h.id = f.patient_plan_id
      where f.loan_id = ${loanId} and h.loan_id = ${loanId} and h.starts_on = ${from}::date and h.ended_at is null
        and f.before_due is null and ${isAhead('f')} order by f.id for update of f
    )
    select f.id, f.patient_id as "patientId", f.referral_id as "referralId", f.supporter_id as "supporterId", f.step, f.status, f.way, f.minutes,
      to_char(f.starts_at, 'HH24:MI') as "startsAt", f.due_on as was,
      case when s.then_on > ${day}::date then s.then_on else least(f.due_on, working_day_from(${day}::date + 1)) end as "dueOn",
      exists (select from event_subject e join event v on v.id = e.event_id and v.type = 'follow_up.moved' and not v."values" ? 'withHandover'
        where e.subject_id = f.id) as "isMoved"
    from ahead f cross join lateral (
      select working_day_from(${from}::date + s.days) as was_on, working_day_from(${to}::date + s.days) as then_on
      from support_plan_step s where s.version_id = f.version_id and s.counted_from = 'start' and s.step = f.step
      order by abs(working_day_from(${from}::date + s.days) - f.due_on), s.days limit 1) s
    where s.then_on <> s.was_on order by s.then_on, f.starts_at, f.id`;
}
