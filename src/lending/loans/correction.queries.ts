import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import { didHappen } from '../incidents/incident.states.ts';
import { dueByTerms } from '../terms/terms.queries.ts';
import { LoanSaid, LoanStanding } from './correction.rules.ts';
import { isOut, itemWasLent } from './loan.states.ts';

const LoanToCorrect = {
  said: col.object(LoanSaid),
  standing: col.object(LoanStanding),
  changedAt: col.text,
};
type LoanToCorrect = RowOf<typeof LoanToCorrect>;

/** When the device of the item `i` was back from whoever had it before. What was lost or on its way came back when its cycle began, which is known while it is out. */
const backBefore = sql`(
  select case when o.status in ('lost', 'replaced') and ${isOut('i')} then greatest(o.ended_on, d.cycle_started_on) else o.ended_on end
  from loan_item o where o.device_id = d.id and o.id < i.id and ${itemWasLent('o')} order by o.id desc limit 1)`;

/**
 * A loan as it is written down, and what decides about its correction: one statement.
 * @param to what it is to say: its terms, where they are given, and the civil date of the handover, which the usual day is counted from
 * @throws Problem `not-found`
 */
export async function getLoanToCorrect(
  db: Reader,
  id: string,
  to: { termsId?: string | undefined; on?: string | undefined },
): Promise<LoanToCorrect> {
  const on = to.on ?? null;
  const row = await maybe(db, 'loan.to-correct', LoanToCorrect)`
    select l.changed_at as "changedAt",
      json_build_object('way', l.handover_way, 'on', l.handover_on, 'dueOn', l.due_on, 'termsId', l.terms_id,
        'acceptedBy', l.accepted_by, 'witness', l.witness, 'signature', l.signature) as said,
      json_build_object('status', l.status, 'takenOver', l.taken_over, 'extensions', l.extensions,
        'isErased', exists (select from patient p where p.id = l.patient_id and p.erased_at is not null),
        'writtenOn', (l.issued_at at time zone 'Europe/London')::date,
        'items', coalesce((select json_agg(json_build_object('deviceId', d.id, 'assetTag', d.asset_tag, 'issuedOn', i.issued_on, 'endedOn', i.ended_on,
            'isReplacement', i.replaces_item_id is not null, 'backOn', ${backBefore},
            'arrivedOn', (select received_on from donation where id = d.donation_id)) order by i.id)
          from loan_item i join device d on d.id = i.device_id where i.loan_id = l.id and ${itemWasLent('i')}), '[]'),
        'incidents', coalesce((select json_agg(json_build_object('reference', n.reference, 'happenedOn', n.happened_on) order by n.id)
          from incident n where n.loan_id = l.id and ${didHappen('n')}), '[]'),
        'terms', case when t.id is not null then json_build_object('id', t.id, 'name', t.name, 'reviewMonths', coalesce(t.review_months, 1)) end,
        'usualWas', (select ${dueByTerms(sql`l.handover_on`)} from loan_terms t where t.id = l.terms_id),
        'usualIs', ${dueByTerms(sql`coalesce(${on}::date, l.handover_on)`)},
        'lastLook', (select json_build_object('on', (k.at at time zone 'Europe/London')::date, 'reached', k.reached) from (
          select at, true as reached from loan_extension where loan_id = l.id
          union all select at, outcome <> 'not_reached' from loan_review where loan_id = l.id order by at desc limit 1) k)) as standing
    from loan l left join loan_terms t on t.id = coalesce(${to.termsId ?? null}::uuid, l.terms_id)
      and (t.id = l.terms_id or t.retired_at is null and t.borrower = case when l.patient_id is null then 'location' else 'patient' end)
    where l.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
