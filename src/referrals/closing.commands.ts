import { sql } from 'kysely';
import { isOpenLoan } from '../lending/loans/loan.states.ts';
import { recordEvents } from '../shared/events.ts';
import { type Follower, idsOf } from '../shared/follow-on.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { referralStatuses } from './referral.rules.ts';
import { isAccepted } from './referral.states.ts';
import { referralMove } from './status.commands.ts';

/** Closes the referrals that events are about, as `closeReferralsWhenDone` does. */
export const closeReferralsOf: Follower = (work, events) =>
  closeReferralsWhenDone(work, idsOf(events, 'referral'));

/** The same for every referral of the people whom events are about. */
export const closeReferralsOfPatients: Follower = async (work, events) => {
  const rows = await many(work.trx, 'referral.of-patients', { id: col.text })`
    select id from referral where patient_id = any(${idsOf(events, 'patient')}::uuid[]) and ${isAccepted()}
    order by id for no key update`;
  await closeReferralsWhenDone(
    work,
    rows.map(({ id }) => id),
  );
};

/**
 * Closes those of these referrals of which every need is settled, no loan is open and no follow-up is ahead: the
 * same few statements, however many.
 */
export async function closeReferralsWhenDone(work: Work, referralIds: string[]): Promise<void> {
  if (!referralIds.length) return;
  const rows = await many(work.trx, 'referral.close-when-done', {
    id: col.text,
    patientId: col.text,
    from: col.oneOf(referralStatuses),
  })`
    ${referralMove('closed', {
      from: sql`(select id, status from referral where id = any(${referralIds}::uuid[])) was`,
      which: sql`r.id = was.id and not exists (select from referral_need n where n.referral_id = r.id and n.status = 'open')
        and not exists (select from loan l where l.referral_id = r.id and ${isOpenLoan('l')})
        and not exists (select from follow_up f where f.referral_id = r.id and ${isAhead('f')})`,
      at: work.at,
    })}
    returning r.id, r.patient_id as "patientId", was.status as "from"`;
  await recordEvents(
    work,
    rows.map(({ id, patientId, from }) => ({
      type: 'referral.closed',
      subjects: [
        ['referral', id],
        ['patient', patientId],
      ],
      values: { from, to: 'closed' },
    })),
  );
}
