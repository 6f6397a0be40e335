import type { EventValues } from '../events.ts';
import { type NewEvent, recordEvents } from '../shared/events.ts';
import type { Follower, Happened } from '../shared/follow-on.ts';
import { col } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { createTasks } from '../tasks/task.commands.ts';
import { isToCome } from './drop-in.queries.ts';
import { isAhead } from './follow-up.states.ts';

const Given = {
  followUps: col.listOf(col.object({ id: col.text, patientId: col.text })),
  dropIns: col.listOf(col.text),
};

/**
 * Gives the follow-ups that are ahead and the drop-ins from today on, of who may no longer do them, to whoever is named,
 * or to nobody: then staff are asked to. Times that clash with what they have are shown in the diary.
 */
export const giveOnSupport: Follower = async (work, events) => {
  for (const event of events) await giveOn(work, event);
};

async function giveOn(work: Work, { subjects, values }: Happened): Promise<void> {
  const { supportTo: to } = values as EventValues['staff.work_ended'];
  const [, from] = subjects[0]!;
  if (to === undefined) return;
  const { followUps, dropIns } = await one(work.trx, 'support.give-on', Given)`
    with f as (
      select f.id from follow_up f where f.supporter_id = ${from} and ${isAhead('f')} order by f.id for no key update
    ), d as (
      select d.id from drop_in d where d.supporter_id = ${from} and ${isToCome(work.today)} order by d.id for no key update
    ), g as (
      update follow_up x set supporter_id = ${to}::uuid, changed_at = ${work.at} from f where x.id = f.id returning x.id, x.patient_id
    ), h as (
      update drop_in x set supporter_id = ${to}::uuid, changed_at = ${work.at} from d where x.id = d.id returning x.id
    )
    select coalesce((select json_agg(json_build_object('id', id, 'patientId', patient_id) order by id) from g), '[]') as "followUps",
      coalesce((select json_agg(id order by id) from h), '[]') as "dropIns"`;
  if (!followUps.length && !dropIns.length) return;
  const happened: NewEvent[] = [
    ...followUps.map(
      ({ id, patientId }): NewEvent => ({
        type: 'follow_up.changed',
        subjects: [
          ['follow_up', id],
          ['patient', patientId],
        ],
        values: { supporterId: to },
      }),
    ),
    ...dropIns.map(
      (id): NewEvent => ({
        type: 'drop_in.assigned',
        subjects: [['drop_in', id]],
        values: { supporterId: to },
      }),
    ),
    {
      type: 'staff.support_given_on',
      subjects: [['staff', from], ...(to ? ([['staff', to]] satisfies Happened['subjects']) : [])],
      values: { followUps: followUps.length, dropIns: dropIns.length, to },
    },
  ];
  await recordEvents(work, happened);
  if (!to) await createTasks(work, [{ kind: 'support_of_nobody', subjectType: 'staff', subjectId: from }]);
}
