import type { Actor } from '../shared/actor.ts';
import { civilTime } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { time } from '../shared/formats.ts';
import { calledName } from '../shared/person-name.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { isAhead } from './follow-up.states.ts';

const NextCall = {
  id: col.text,
  step: col.text,
  startsAt: col.text,
  patient: col.object({ id: col.text, name: col.text }),
  /** How many are left today, this one included. */
  left: col.number,
};
export type NextCall = RowOf<typeof NextCall>;

/** The next follow-up that someone has today, by the clock, and how many are left; nothing after the last. */
export async function nextCall(
  db: Reader,
  { clock }: Pick<Deps, 'clock'>,
  actor: Actor,
): Promise<NextCall | undefined> {
  const day = civilTime(clock).slice(0, 10);
  return maybe(db, 'follow-up.next-call', NextCall)`
    select f.id, f.step, to_char(f.starts_at, 'HH24:MI') as "startsAt",
      json_build_object('id', p.id, 'name', ${calledName}) as patient, count(*) over ()::int as left
    from follow_up f join patient p on p.id = f.patient_id
    where f.supporter_id = ${actor.id} and f.due_on = ${day}::date and ${isAhead('f')}
    order by f.starts_at, f.id limit 1`;
}

/** The link of a banner to the next one, which names nobody. */
export const nextCallLink = ({ id, startsAt, left }: NextCall) => ({
  href: `/follow-ups/${id}`,
  text: `Next call: ${time(startsAt)} (${left} left today)`,
});
