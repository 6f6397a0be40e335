import { sql } from 'kysely';
import type { Actor } from '../shared/actor.ts';
import type { Reader } from '../shared/database.ts';
import { writtenName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { takeBackDays } from '../shared/taking-back.rules.ts';
import { isKnownTo, visibleTo } from './follow-up.queries.ts';

const Attendance = {
  id: col.text,
  dropInId: col.text,
  place: col.text,
  heldOn: col.text,
  patient: col.object({ id: col.text, name: col.text }),
  isTakenBack: col.boolean,
  isLate: col.boolean,
};
export type Attendance = RowOf<typeof Attendance>;

/**
 * That someone came to a drop-in, also where that was taken back.
 * @param at the instant of asking, ISO 8601
 * @throws Problem `not-found`, also for one that is not the supporter's own
 */
export async function getAttendance(db: Reader, actor: Actor, id: string, at: string): Promise<Attendance> {
  const row = await maybe(db, 'drop-in.attendance', Attendance)`
    select x.id, d.id as "dropInId", l.name as place, d.held_on as "heldOn", json_build_object('id', p.id, 'name', ${writtenName}) as patient, x.taken_back_at is not null as "isTakenBack",
      x.at < ${at}::timestamptz - make_interval(days => ${takeBackDays}) as "isLate"
    from drop_in_person x join drop_in d on d.id = x.drop_in_id join location l on l.id = d.location_id join patient p on p.id = x.patient_id
    where x.id = ${id} and ${visibleTo(actor, 'd')} and ${isKnownTo(actor, sql`x.patient_id`)}`;
  if (!row) throw new Problem('not-found');
  return row;
}

const Late = { isLate: col.boolean, latePeople: col.listOf(col.text) };

/**
 * What of a drop-in was written down longer ago than whoever writes down may take it back: itself, and those who came,
 * by the ids of that they came.
 * @param at the instant of asking, ISO 8601
 * @throws Problem `not-found`
 */
export async function lateOfDropIn(db: Reader, id: string, at: string): Promise<RowOf<typeof Late>> {
  const limit = sql`${at}::timestamptz - make_interval(days => ${takeBackDays})`;
  const row = await maybe(db, 'drop-in.late', Late)`
    select d.created_at < ${limit} as "isLate",
      array(select x.id from drop_in_person x where x.drop_in_id = d.id and x.at < ${limit}) as "latePeople"
    from drop_in d where d.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
