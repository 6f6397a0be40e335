import { sql } from 'kysely';
import { isAhead } from '../../support/follow-up.states.ts';
import { contactable, longestLead, startOf, workingDaysAfter } from '../reminder.queries.ts';
import type { MessageKind } from './kind.ts';

/** A reminder of a follow-up, some working days before it. */
export const followUp: MessageKind = {
  words: 'Follow-up',
  subject: 'follow_up',
  says: 'time',
  planned: {
    step: { name: 'follow-up-reminders', words: 'Reminders of follow-ups planned' },
    // On the date or within the working days that the reminder goes ahead, not yet begun, not told of by a change.
    due: ({ date, now }, which) => sql`
      select f.id, f.patient_id, 'day_before' as stage, f.due_on as for_date, ${startOf} as useless_after
      from follow_up f join patient p on p.id = f.patient_id
      where ${isAhead('f')} and f.due_on between ${date}::date and (${workingDaysAfter(date)})[${longestLead}]
        and f.due_on <= (${workingDaysAfter(date)})[f.lead_days]
        and ${startOf} > ${now}::timestamptz and ${contactable(date)}
        and not exists (
          select from reminder c where c.reason = 'changed' and c.subject_id = f.id and c.for_date = f.due_on and c.status <> 'cancelled'
            and (c.created_at at time zone 'Europe/London')::date >= working_days_before(f.due_on, f.lead_days)) ${which}`,
  },
  saidFor: (date) => sql`r.for_date between ${date}::date and (${workingDaysAfter(date)})[coalesce(
    (select f.lead_days from follow_up f where f.id = r.subject_id), 1)]`,
  stands: sql`${isAhead('f')} and ${startOf} = r.useless_after`,
  endsWithSubject: true,
};

/** That a follow-up of which the person was told takes place at another time or in another way. */
export const changed: MessageKind = {
  words: 'A change',
  subject: 'follow_up',
  says: 'time',
  stands: followUp.stands,
  endsWithSubject: true,
  staffTell: sql`true`,
};

/** That a follow-up of which the person was told does not take place. */
export const off: MessageKind = {
  words: 'Called off',
  subject: 'follow_up',
  says: 'time',
  stands: sql`f.status = 'cancelled'`,
  endsWithSubject: false,
  staffTell: sql`true`,
};
