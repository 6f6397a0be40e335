import { sql } from 'kysely';
import { dropInCounts } from './drop-in.states.ts';
import { isAhead } from './follow-up.states.ts';

/** What is at the same time as a follow-up `f`: what its supporter has then, and what the person has with someone else. */
export const overlapping = sql`
  select x.what, x.day, x.starts_at, x.minutes from (
    select 'supporter' as what, o.due_on as day, o.starts_at, o.minutes from follow_up o
    where o.supporter_id = f.supporter_id and o.id <> f.id and o.due_on between f.due_on - 1 and f.due_on + 1 and ${isAhead('o')}
    union all
    select 'drop_in', d.held_on, d.starts_at, d.minutes from drop_in d
    where d.supporter_id = f.supporter_id and d.held_on between f.due_on - 1 and f.due_on + 1 and d.cancelled_at is null and ${dropInCounts('d')}
    union all
    select 'patient', o.due_on, o.starts_at, o.minutes from follow_up o
    where o.patient_id = f.patient_id and o.id <> f.id and o.supporter_id is distinct from f.supporter_id
      and o.due_on between f.due_on - 1 and f.due_on + 1 and ${isAhead('o')}
  ) x
  where (x.day + x.starts_at, x.minutes * interval '1 minute') overlaps (f.due_on + f.starts_at, f.minutes * interval '1 minute')`;

/** The same as JSON, for one that is ahead. */
export const clashesJson = sql`case when ${isAhead('f')} then coalesce((
  select json_agg(json_build_object('with', y.what, 'startsAt', to_char(y.starts_at, 'HH24:MI'), 'minutes', y.minutes) order by y.day, y.starts_at, y.what)
  from (${overlapping}) y), '[]') else '[]' end`;
