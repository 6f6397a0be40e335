import { sql } from 'kysely';
import { takeBackUnsaid } from '../messages/kind.queries.ts';
import type { TellableWhy } from '../messages/why.rules.ts';
import { civilTime, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { newId } from '../shared/ids.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { createTasks } from '../tasks/task.commands.ts';
import type { PlannedStep } from './planning.queries.ts';
import { arrange, type Diary, inUsableWays, type Wanted } from './planning.rules.ts';
import { followUpMove } from './status.commands.ts';

/** A follow-up as it is written: its slot is the time that it got. */
export type NewPlanned = Wanted & {
  id: string;
  loanId: string | null;
  referralId: string | null;
  planId: string | null;
  step: string;
  beforeDue: number | null;
  leadDays: number;
};

/** Whose plan the steps are of, and who is to do them. */
type OfPlan = {
  id: string;
  patientId: string;
  loanId: string | null;
  referralId: string | null;
  supporterId?: string | null;
};

/** The follow-ups that steps of a plan become, in ways that the person can use and at times that are free, in the order of their times. */
export function timesOf(
  { clock }: Pick<Deps, 'clock'>,
  { id: planId, patientId, loanId, referralId, supporterId = null }: OfPlan,
  steps: PlannedStep[],
  diary: Diary,
): NewPlanned[] {
  const wanted = steps.map((step) => ({
    ...step,
    id: newId(),
    patientId,
    loanId,
    referralId,
    planId,
    supporterId,
    ...(step.beforeDue !== null && { back: true }),
  }));
  const made = arrange(inUsableWays(wanted, diary, today(clock)), diary, civilTime(clock));
  return made.toSorted((one, other) =>
    `${one.dueOn}${one.startsAt}${one.step}`.localeCompare(`${other.dueOn}${other.startsAt}${other.step}`),
  );
}

/** The statement, or the end of one, that writes follow-ups. */
export const insertFollowUps = (made: NewPlanned[], at: string) => sql`
  insert into follow_up (id, patient_id, loan_id, referral_id, patient_plan_id, step, due_on, before_due, starts_at, minutes, way, lead_days, supporter_id, created_at, changed_at)
  select x.id, x."patientId", x."loanId", x."referralId", x."planId", x.step, x."dueOn", x."beforeDue", x."startsAt", x.minutes, x.way, x."leadDays", x."supporterId", ${at}, ${at}
  from jsonb_to_recordset(${JSON.stringify(made)}::jsonb) x (id uuid, "patientId" uuid, "loanId" uuid, "referralId" uuid, "planId" uuid, step text,
    "dueOn" date, "beforeDue" int, "startsAt" time, minutes int, way text, "leadDays" int, "supporterId" uuid)`;

export async function writeFollowUps(work: Work, made: NewPlanned[]): Promise<void> {
  if (made.length) await run(work.trx, 'follow-up.write')`${insertFollowUps(made, work.at)}`;
}

/** Puts follow-ups on other times, which nobody has confirmed, and takes back what was to be said of the old ones; who was told of one hears why. */
export async function moveTo(
  work: Work,
  moved: Pick<NewPlanned, 'id' | 'dueOn' | 'startsAt'>[],
  why: TellableWhy,
): Promise<void> {
  if (!moved.length) return;
  await run(work.trx, 'follow-up.move-to')`
    with unsaid as (
      ${takeBackUnsaid('follow_up', sql`subject_id = any(${moved.map(({ id }) => id)}::uuid[])`)}
    )
    ${followUpMove('planned', {
      from: sql`jsonb_to_recordset(${JSON.stringify(moved)}::jsonb) x (id uuid, "dueOn" date, "startsAt" time)`,
      which: sql`f.id = x.id`,
      set: sql`due_on = x."dueOn", starts_at = x."startsAt", why = ${why}`,
      at: work.at,
    })}`;
}

/** Asks an officer to agree on support with someone who alone makes contact, for whom nothing is planned. */
export async function askToAgree(work: Work, patientId: string): Promise<void> {
  await createTasks(work, [
    { kind: 'support_to_agree', subjectType: 'patient', subjectId: patientId, patientId },
  ]);
}
