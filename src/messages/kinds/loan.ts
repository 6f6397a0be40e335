import { type RawBuilder, sql } from 'kysely';
import { isOpenLoan } from '../../lending/loans/loan.states.ts';
import { asksBack, contactable, isPutOff, isWrongDay } from '../reminder.queries.ts';
import { overdueWords } from '../reminder.rules.ts';
import type { MessageKind } from './kind.ts';

/** Civil days before a loan is due back on which a first word is said, and a second. */
const firstWord = 14;
const secondWord = 7;
/** So many days after it nothing more is said. */
const lastUseful = 42;
const [firstKindWord, secondKindWord, lastKindWord] = overdueWords;

const step = { name: 'loan-reminders', words: 'Reminders of loans due back or overdue planned' };

/**
 * Loans `l` that are due back on days that a condition names. Each has its latest word alone, so that a night that
 * did not run is caught up with one reminder and not with all of them.
 * @param uselessOn the civil date from which there is no use in saying it
 */
const due = (
  date: string,
  stage: RawBuilder<unknown>,
  uselessOn: RawBuilder<unknown>,
  which: RawBuilder<unknown>,
) => sql`
  select l.id, l.patient_id, ${stage} as stage, l.due_on as for_date, ((${uselessOn})::timestamp at time zone 'Europe/London') as useless_after
  from loan l join patient p on p.id = l.patient_id
  where ${asksBack} and ${contactable(date)} and ${which}`;

const stands = sql`l.due_on = r.for_date and ${asksBack}`;

/** That a loan is due back soon: two weeks before, and one. */
export const returnDue: MessageKind = {
  words: 'Due back',
  subject: 'loan',
  says: 'day',
  planned: {
    step,
    due: ({ date }, which) => {
      const isSecond = sql`l.due_on - ${date}::date <= ${secondWord}::int`;
      return due(
        date,
        sql`case when ${isSecond} then ${`${secondWord}_days`} else ${`${firstWord}_days`} end`,
        sql`l.due_on + case when ${isSecond} then 1 else -${secondWord}::int end`,
        sql`l.due_on between ${date}::date and ${date}::date + ${firstWord}::int ${which}`,
      );
    },
  },
  stands,
  endsWithSubject: true,
};

/** A kind word that a loan was due back: no threat, no charge. */
export const overdue: MessageKind = {
  words: 'Overdue',
  subject: 'loan',
  says: 'day',
  planned: {
    step,
    due: ({ date }, which) => {
      const late = sql`${date}::date - l.due_on`;
      return due(
        date,
        sql`case when ${late} < ${secondKindWord}::int then ${`${firstKindWord}_day`}
          when ${late} < ${lastKindWord}::int then ${`${secondKindWord}_days`} else ${`${lastKindWord}_days`} end`,
        sql`l.due_on + case when ${late} < ${secondKindWord}::int then ${secondKindWord}::int
          when ${late} < ${lastKindWord}::int then ${lastKindWord}::int else ${lastUseful}::int end`,
        sql`l.due_on between ${date}::date - ${lastUseful}::int + 1 and ${date}::date - ${firstKindWord}::int ${which}`,
      );
    },
  },
  stands,
  endsWithSubject: true,
};

/** That a day which the person was told does not hold any more: the loan is due back later, or without a day. */
export const putOff: MessageKind = {
  words: 'Due back later',
  subject: 'loan',
  says: 'day',
  stands: isPutOff(sql`r`),
  endsWithSubject: true,
  staffTell: isOpenLoan('l'),
};

/** That a day which the person was told was written down wrong, whether the right one is earlier or later. */
export const wrongDay: MessageKind = {
  words: 'Day put right',
  subject: 'loan',
  says: 'day',
  stands: isWrongDay(sql`r`),
  endsWithSubject: true,
  staffTell: isOpenLoan('l'),
};
