import { sql } from 'kysely';
import { isOut } from '../../lending/loans/loan.states.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { contactable, hasData } from '../reminder.queries.ts';
import { dataEndingDays } from '../reminder.rules.ts';
import type { MessageKind } from './kind.ts';

/** That the mobile data which a person has on loan ends soon, to whoever agreed to be told (rule 10): once for each day on which a plan may end. */
export const dataEnding: MessageKind = {
  words: 'Data ending',
  subject: 'data_plan',
  says: 'day',
  planned: {
    step: { name: 'data-reminders', words: 'Reminders of mobile data that ends planned' },
    due: ({ date }, which) => sql`
      select s.id, l.patient_id, ${`${dataEndingDays}_days`} as stage, s.expires_on as for_date,
        ((s.expires_on + 1)::timestamp at time zone 'Europe/London') as useless_after
      from data_plan s join loan_item i on i.device_id = s.device_id and ${isOut('i')}
        join loan l on l.id = i.loan_id join patient p on p.id = l.patient_id
      where ${isInUse('s')} and s.expires_on between ${date}::date and ${date}::date + ${dataEndingDays}::int
        and p.data_reminders and ${contactable(date)} ${which}`,
  },
  stands: sql`p.data_reminders and s.expires_on = r.for_date and ${hasData}`,
  endsWithSubject: true,
};
