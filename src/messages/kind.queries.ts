import { type RawBuilder, sql } from 'kysely';
import { isFirst, takesTexts } from '../people/trusted.queries.ts';
import type { DB } from '../shared/database.types.ts';
import type { Deps } from '../shared/deps.ts';
import { reachOf } from './deliverability.ts';
import { announcement } from './kinds/announcement.ts';
import { dataEnding } from './kinds/data-ending.ts';
import { changed, followUp, off } from './kinds/follow-up.ts';
import { handout } from './kinds/handout.ts';
import { type MessageKind, type PlanningStep, type Subject, subjects } from './kinds/kind.ts';
import { overdue, putOff, returnDue, wrongDay } from './kinds/loan.ts';
import { questions } from './kinds/questions.ts';
import type { ReminderReason } from './message.rules.ts';

/** Every kind of message, by what the table `reminder` calls its reason. Whatever treats kinds apart reads it here. */
export const messageKinds: Record<DB['reminder']['reason'], MessageKind> = {
  follow_up: followUp,
  changed,
  off,
  return_due: returnDue,
  overdue,
  put_off: putOff,
  wrong_day: wrongDay,
  data_ending: dataEnding,
  handout,
  questions,
  announcement,
};

const all = Object.entries(messageKinds) as [ReminderReason, MessageKind][];

/** Kinds as a list in SQL, with its brackets. */
const listed = (which: (kind: MessageKind) => boolean) =>
  sql`(${sql.join(all.flatMap(([reason, kind]) => (which(kind) ? [sql.lit(reason)] : [])))})`;

/** The kinds that are about one sort of subject: `reason in ${ofSubject('loan')}`. */
export const ofSubject = (subject: Subject) => listed((kind) => kind.subject === subject);

/** Those of them that are taken back, not yet said, by whatever moves or ends the subject. */
export const endingWith = (subject: Subject) =>
  listed((kind) => kind.subject === subject && kind.endsWithSubject);

/** The update that takes back what was still to be said of subjects of one sort, named by a condition on `subject_id`. */
export const takeBackUnsaid = (subject: Subject, which: RawBuilder<unknown>) =>
  sql`update reminder set status = 'cancelled' where status = 'standing' and reason in ${endingWith(subject)} and ${which}`;

/** Those of them that correct what was told. */
export const correctionsOf = (subject: Subject) =>
  listed((kind) => kind.subject === subject && kind.staffTell !== undefined);

/** The kinds that speak of a time; the others speak of a day. */
export const timed = listed(({ says }) => says === 'time');

/** Joins of the subjects of reminders, here named, each under its alias: of all but one there is nothing. */
export const subjectJoins = (reminder: RawBuilder<unknown>) =>
  sql.join(
    (Object.keys(subjects) as Subject[]).map((subject) => {
      const alias = sql.ref(subjects[subject].alias);
      return sql`left join ${sql.table(subject)} ${alias} on ${alias}.id = ${reminder}.subject_id and ${reminder}.reason in ${ofSubject(subject)}`;
    }),
    sql` `,
  );

/** A condition of each kind that has one, by the reason of reminders, here named; `otherwise` of the rest. */
export const ofKind = (
  reminder: RawBuilder<unknown>,
  condition: (kind: MessageKind) => RawBuilder<unknown> | undefined,
  otherwise = sql`false`,
) => {
  const cases = all.flatMap(([reason, kind]) => {
    const own = condition(kind);
    return own ? [sql`when ${sql.lit(reason)} then ${own}`] : [];
  });
  return sql<boolean>`(case ${reminder}.reason ${sql.join(cases, sql` `)} else ${otherwise} end)`;
};

/**
 * Whether reminders, here named, of a patient `p` go to the person whom they trust: they want it so, and a text may and
 * can go there.
 */
export const goesThrough = (deps: Deps, reminder: RawBuilder<unknown>) =>
  goesThroughFor(
    deps,
    sql`case when ${reminder}.reason in ${listed(({ subject }) => subjects[subject].topic === 'support')} then 'support' else 'device' end`,
  );

/** The same of what is about something here named. */
export const goesThroughFor = (deps: Deps, topic: RawBuilder<unknown>) => {
  const offers = reachOf(deps, { wording: 'discreet', needs: [] }).offers('sms', 'discreet');
  return sql<boolean>`(${offers}::boolean and ${isFirst(topic)} and ${takesTexts})`;
};

/** A kind that the night plans, with its reason and whether a run ahead of its day says it. */
export type PlannedKind = NonNullable<MessageKind['planned']> & {
  reason: ReminderReason;
  subject: Subject;
  goesAhead: boolean;
};
export const plannedKinds: PlannedKind[] = all.flatMap(([reason, { planned, subject, saidFor }]) =>
  planned ? [{ ...planned, reason, subject, goesAhead: saidFor !== undefined }] : [],
);

/** The steps of the night that plan reminders, each with its kinds. */
export const planningSteps: (PlanningStep & { reasons: ReminderReason[] })[] = [
  ...Map.groupBy(plannedKinds, ({ step }) => step),
].map(([step, kinds]) => ({ ...step, reasons: kinds.map(({ reason }) => reason) }));
