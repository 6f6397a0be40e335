import type { EventValues } from '../events.ts';
import { recordEvent, recordEvents } from '../shared/events.ts';
import type { Follower, Happened } from '../shared/follow-on.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { createTasks } from '../tasks/task.commands.ts';
import { isOpenReferral } from './referral.states.ts';

/** Gives the open referrals of who may no longer decide about them to whoever is named, or to nobody: then staff are asked to. */
export const giveOnReferrals: Follower = async (work, events) => {
  for (const event of events) await giveOn(work, event);
};

async function giveOn(work: Work, { subjects, values }: Happened): Promise<void> {
  const { referralsTo: to } = values as EventValues['staff.work_ended'];
  const [, from] = subjects[0]!;
  if (to === undefined) return;
  const given = await many(work.trx, 'referral.give-on', { id: col.text, patientId: col.text })`
    with r as (
      select r.id from referral r where r.assigned_to = ${from} and ${isOpenReferral('r')} order by r.id for no key update
    )
    update referral set assigned_to = ${to}::uuid from r where referral.id = r.id
    returning referral.id, patient_id as "patientId"`;
  if (!given.length) return;
  await recordEvents(
    work,
    given.map(({ id, patientId }) => ({
      type: 'referral.assigned',
      subjects: [
        ['referral', id],
        ['patient', patientId],
      ],
      values: { staffId: to },
    })),
  );
  await recordEvent(work, {
    type: 'staff.referrals_given_on',
    subjects: [['staff', from], ...(to ? ([['staff', to]] satisfies Happened['subjects']) : [])],
    values: { count: given.length, to },
  });
  if (!to) await createTasks(work, [{ kind: 'referrals_of_nobody', subjectType: 'staff', subjectId: from }]);
}
