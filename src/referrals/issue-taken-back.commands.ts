import { sql } from 'kysely';
import { itemWasLent, wasLent } from '../lending/loans/loan.states.ts';
import { col } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { kindsOfDevice } from '../stock/devices/device-kinds.rules.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { needsMet } from './needs-met.rules.ts';
import { isAccepted } from './referral.states.ts';
import { referralMove } from './status.commands.ts';

/**
 * Opens the needs of a locked referral again that a loan had met, since its issue is taken back: none that another
 * loan of the referral meets, and support only where no follow-up is ahead any more. It waits again, in its old
 * place, where nothing of it is met now. One that has ended stays as it is.
 * @param loan its id, and the instant at which it was written down
 */
export async function openNeedsAgain(
  work: Work,
  referralId: string,
  loan: { id: string; issuedAt: string },
): Promise<void> {
  const { devices } = await one(work.trx, 'referral.other-loans', {
    devices: col.listOf(col.object({ kind: col.keyOf(kindsOfDevice), hasDataPlan: col.boolean })),
  })`
    select coalesce((select json_agg(json_build_object('kind', d.kind,
        'hasDataPlan', exists (select from data_plan s where s.device_id = d.id)))
      from loan l join loan_item i on i.loan_id = l.id and ${itemWasLent('i')} join device d on d.id = i.device_id
      where l.referral_id = ${referralId} and l.id <> ${loan.id} and ${wasLent('l')}), '[]') as devices`;
  await one(work.trx, 'referral.open-needs-again', { opened: col.number })`
    with n as (
      update referral_need n set status = 'open', settled_at = null
      where n.referral_id = ${referralId} and n.status = 'met' and n.settled_at = ${loan.issuedAt}::timestamptz
        and n.need <> all(${needsMet(devices)}::text[])
        and exists (select from referral r where r.id = n.referral_id and ${isAccepted('r')})
        and (n.need <> 'support' or not exists (select from follow_up f where f.referral_id = n.referral_id and ${isAhead('f')}))
      returning n.need
    ), r as (
      ${referralMove('waiting', {
        which: sql`r.id = ${referralId} and ${isAccepted('r')} and exists (select from n where need in ('device', 'data'))
          and not exists (select from referral_need m where m.referral_id = r.id and m.status = 'met' and m.need not in (select need from n))`,
        at: work.at,
      })}
    )
    select count(*)::int as opened from n`;
}
