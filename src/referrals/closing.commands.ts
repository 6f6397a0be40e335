import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { type Follower, idsOf } from '../shared/follow-on.ts';
import type { ReferralStatus } from './referral.rules.ts';

/** Closes the referrals that events are about, as `closeReferralsWhenDone` does. */
export const closeReferralsOf: Follower = (trx, deps, ctx, events) =>
  closeReferralsWhenDone(trx, deps, ctx, idsOf(events, 'referral'));

/** The same for every referral of the people whom events are about. */
export const closeReferralsOfPatients: Follower = async (trx, deps, ctx, events) => {
  const { rows } = await sql<{ id: string }>`/* referral.of-patients */
    select id from referral where patient_id = any(${idsOf(events, 'patient')}::uuid[]) and status in ('waiting', 'active')
    order by id for no key update`.execute(trx);
  await closeReferralsWhenDone(
    trx,
    deps,
    ctx,
    rows.map(({ id }) => id),
  );
};

/**
 * Closes those of these referrals of which every need is settled, no loan is open and no follow-up is ahead: the
 * same few statements, however many.
 */
export async function closeReferralsWhenDone(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  referralIds: string[],
): Promise<void> {
  if (!referralIds.length) return;
  const { rows } = await sql<{
    id: string;
    patientId: string;
    from: ReferralStatus;
  }>`/* referral.close-when-done */
    update referral r set status = 'closed', changed_at = ${timestamp(deps.clock)}
    from (select id, status from referral where id = any(${referralIds}::uuid[])) was
    where r.id = was.id and r.status in ('waiting', 'active')
      and not exists (select from referral_need n where n.referral_id = r.id and n.status = 'open')
      and not exists (select from loan l where l.referral_id = r.id and l.status = 'open')
      and not exists (select from follow_up f where f.referral_id = r.id and f.status in ('planned', 'confirmed'))
    returning r.id, r.patient_id as "patientId", was.status as "from"`.execute(trx);
  await recordEvents(
    trx,
    deps,
    ctx,
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
