import { type RawBuilder, sql } from 'kysely';
import { isOpenLoan } from '../lending/loans/loan.states.ts';
import { isOpenReferral } from '../referrals/referral.states.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { Problem } from '../shared/problem.ts';
import { maybe } from '../shared/statements.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { ofPerson } from './export.queries.ts';
import { PrivacyState } from './privacy.schemas.ts';

const mostShown = 20;

/** What has to end before people can be erased: `kind`, `id` and `reference`. */
export const underWay = (ids: RawBuilder<unknown>) => sql`
  select 'loan' as kind, l.id, l.reference from loan l where l.patient_id in (${ids}) and ${isOpenLoan('l')}
  union all select 'referral', r.id, r.reference from referral r where r.patient_id in (${ids}) and ${isOpenReferral('r')}
  union all select 'incident', i.id, i.reference from incident i where i.patient_id in (${ids}) and i.status = 'open'
  union all select 'follow_up', f.id, null from follow_up f where f.patient_id in (${ids}) and ${isAhead('f')}
  union all select 'message', m.id, null from message m where m.patient_id in (${ids}) and m.status in ('planned', 'queued', 'sending', 'held')
  union all select 'legal_hold', h.patient_id, null from legal_hold h where h.patient_id in (${ids}) and h.lifted_at is null`;

/**
 * What stands in the way of erasing a person, whether a legal hold stands, and what was decided. One statement.
 * @throws Problem `not-found`
 */
export async function privacyState(db: Reader, id: string): Promise<PrivacyState> {
  const ids = ofPerson(id);
  const row = await maybe(db, 'privacy.state', PrivacyState.properties)`
    select p.erased_at as "erasedAt",
      (select json_build_object('reason', h.reason, 'byName', h.by_name, 'at', ${jsonInstant('h.at')})
        from legal_hold h where h.patient_id in (${ids}) and h.lifted_at is null order by h.id limit 1) as hold,
      coalesce((select json_agg(json_build_object('kind', b.kind, 'id', b.id, 'reference', b.reference)) from (
        ${underWay(ids)}
        limit ${mostShown}) b), '[]') as hindrances,
      coalesce((select json_agg(json_build_object('id', d.id, 'kind', d.kind, 'askedBy', d.asked_by, 'askedOn', d.asked_on, 'identityCheck', d.identity_check,
        'reason', d.reason, 'byName', d.by_name, 'at', ${jsonInstant('d.at')}) order by d.id desc) from privacy_decision d where d.patient_id = p.id), '[]') as decisions
    from patient p where p.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
