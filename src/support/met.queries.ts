import { sql } from 'kysely';
import type { Actor } from '../shared/actor.ts';
import type { Reader } from '../shared/database.ts';
import { calledName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { attendanceCounts } from './drop-in.states.ts';
import { isKnownTo, visibleTo } from './follow-up.queries.ts';
import { outcomeCounts } from './follow-up.states.ts';
import { handoutsJson } from './handout.queries.ts';
import { Handout } from './handout.schemas.ts';

/** Where something is given: at a follow-up, or to someone who came to a drop-in. */
export type Contact = { followUpId: string } | { attendanceId: string };

const Met = {
  patient: col.object({ id: col.text, name: col.text }),
  language: col.orNull(col.text),
  communicationNeeds: col.listOf(col.text),
  topics: col.listOf(col.text),
  dropInId: col.orNull(col.text),
  given: col.listOf(col.object(Handout.properties)),
};
type Met = RowOf<typeof Met>;

/**
 * Whom a contact is with, what they want, what it covered, and what they were given before.
 * @throws Problem `not-found`, also for a contact that is not the supporter's own
 */
export async function metAt(db: Reader, actor: Actor, contact: Contact): Promise<Met> {
  const person = sql`json_build_object('id', p.id, 'name', ${calledName}) as patient, p.language, p.communication_needs as "communicationNeeds",
    ${handoutsJson(sql`p.id`)} as given`;
  const row =
    'followUpId' in contact
      ? await maybe(db, 'handout.met-at-follow-up', Met)`
        select ${person}, coalesce(o.topics, '{}') as topics, null as "dropInId" from follow_up f join patient p on p.id = f.patient_id
        left join follow_up_outcome o on o.follow_up_id = f.id and ${outcomeCounts('o')} where f.id = ${contact.followUpId} and ${visibleTo(actor)}`
      : await maybe(db, 'handout.met-at-drop-in', Met)`
        select ${person}, x.topics, x.drop_in_id as "dropInId" from drop_in_person x join drop_in d on d.id = x.drop_in_id join patient p on p.id = x.patient_id
        where x.id = ${contact.attendanceId} and ${attendanceCounts('x')} and ${visibleTo(actor, 'd')} and ${isKnownTo(actor, sql`x.patient_id`)}`;
  if (!row) throw new Problem('not-found');
  return row;
}
