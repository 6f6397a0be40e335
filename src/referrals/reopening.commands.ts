import { type RawBuilder, sql } from 'kysely';
import { recordEvents } from '../shared/events.ts';
import { type Follower, idsOf } from '../shared/follow-on.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { assertTakesBack } from '../shared/taking-back.ts';
import type { Work } from '../shared/work.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { referralStatuses } from './referral.rules.ts';
import { isOpenReferral } from './referral.states.ts';
import { referralReopening } from './status.commands.ts';

/**
 * Opens closed referrals again, as they were, of which a follow-up is ahead again since its outcome is taken back.
 * The caller holds their locks.
 * @throws Problem `taking-back-refused` where the same clinic has referred the person again since, with that referral
 */
export const reopenReferralsOf: Follower = async (work, events) => {
  const ids = idsOf(events, 'referral');
  if (!ids.length) return;
  const [other] = await many(work.trx, 'referral.referred-again', { reference: col.text })`
    select o.reference from referral r join referral o on ${isReferredAgain}
    where r.id = any(${ids}::uuid[]) and r.status = 'closed'
      and exists (select from follow_up f where f.referral_id = r.id and ${isAhead('f')}) limit 1`;
  assertTakesBack(
    other &&
      `Its referral was closed with it, and they were referred again since: ${other.reference}. That one would have to end first.`,
  );
  await reopen(
    work,
    sql`r.id = any(${ids}::uuid[]) and exists (select from follow_up f where f.referral_id = r.id and ${isAhead('f')})`,
  );
};

/**
 * Opens a locked referral again that had closed, since a loan of it is open after all; nothing where it is not closed, or
 * the same clinic has referred the person again since.
 */
export const reopenReferral = (work: Work, referralId: string): Promise<void> =>
  reopen(work, sql`r.id = ${referralId} and not exists (select from referral o where ${isReferredAgain})`);

/** Whether `o` is the open referral of the person of `r` by the same clinic. */
const isReferredAgain = sql`o.clinic_id = r.clinic_id and o.patient_id = r.patient_id and ${isOpenReferral('o')}`;

async function reopen(work: Work, which: RawBuilder<unknown>): Promise<void> {
  const rows = await many(work.trx, 'referral.reopen', {
    id: col.text,
    patientId: col.text,
    to: col.oneOf(referralStatuses),
  })`
    ${referralReopening(which, work.at)} returning r.id, r.patient_id as "patientId", r.status as "to"`;
  await recordEvents(
    work,
    rows.map(({ id, patientId, to }) => ({
      type: 'referral.reopened',
      subjects: [
        ['referral', id],
        ['patient', patientId],
      ],
      values: { from: 'closed', to },
    })),
  );
}
