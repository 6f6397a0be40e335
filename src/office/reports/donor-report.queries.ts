import { itemWasLent } from '../../lending/loans/loan.states.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import { isAway, isInWork, isPrepared } from '../../stock/devices/device.states.ts';
import { isFit } from '../../stock/devices/fitness.queries.ts';
import { type Column, type Row, shownRow } from './report.rules.ts';

const figures: Column[] = [
  { key: 'given', text: 'Devices given', kind: 'number' },
  { key: 'people', text: 'People who had one', kind: 'count' },
  { key: 'loans', text: 'Loans', kind: 'count' },
  { key: 'months', text: 'Months in people’s hands', kind: 'typical', of: 'people' },
  { key: 'calls', text: 'Support calls for those people', kind: 'count' },
];
const kinds: Column[] = [
  { key: 'kind', text: 'Type', kind: 'label' },
  { key: 'given', text: 'Given', kind: 'number' },
  { key: 'preparing', text: 'Being prepared or repaired', kind: 'number' },
  { key: 'ready', text: 'Ready for someone', kind: 'number' },
  { key: 'out', text: 'With people', kind: 'count' },
  { key: 'gifted', text: 'Given to people for good', kind: 'count' },
  { key: 'lost', text: 'Lost', kind: 'count' },
  { key: 'retired', text: 'Recycled or retired', kind: 'number' },
];

export type DonorReport = {
  donor: { id: string; name: string };
  asOf: string;
  since: string | null;
  donations: number;
  figures: { columns: Column[]; row: Row };
  kinds: { columns: Column[]; rows: Row[] };
};

/**
 * What became of everything that a donor ever gave, as it may leave the scheme: small numbers of people are
 * suppressed always (rule 22).
 * @throws Problem `not-found` for what is no donor
 */
export async function readDonorReport(deps: Deps, donorId: string): Promise<DonorReport> {
  const found = await maybe(deps.db, 'report.donor', {
    name: col.text,
    since: col.orNull(col.text),
    donations: col.number,
    figures: col.unchecked<Row>(),
    kinds: col.listOf(col.unchecked<Row>()),
  })`
    with given as materialized (
      select d.id, d.kind, case when d.status = 'ready' and not ${isFit('d', today(deps.clock))} then 'in_preparation' else d.status end as status from donation n join device d on d.donation_id = n.id where n.donor_id = ${donorId}
    ), lent as materialized (
      select l.id, l.patient_id, greatest(0, coalesce(i.ended_on, ${today(deps.clock)}::date) - i.issued_on) as lasted
      from given g join loan_item i on i.device_id = g.id and ${itemWasLent('i')} join loan l on l.id = i.loan_id
    )
    select o.name, g.since, g.donations,
      (select json_build_object('given', (select count(*) from given), 'people', count(distinct patient_id), 'loans', count(distinct id),
          'months', round(coalesce(sum(lasted), 0) / 30.4),
          'calls', (select count(*) from follow_up f where f.status = 'done' and f.loan_id in (select id from lent))) from lent) as figures,
      coalesce((select json_agg(k order by k.given desc, k.kind) from (
        select kind, count(*) as given, count(*) filter (where ${isInWork('given')}) as preparing,
          count(*) filter (where ${isPrepared('given')}) as ready, count(*) filter (where ${isAway('given')}) as out,
          count(*) filter (where status = 'gifted') as gifted, count(*) filter (where status = 'lost') as lost, count(*) filter (where status = 'retired') as retired
        from given group by kind) k), '[]') as kinds
    from organisation o cross join (
      select min(received_on) as since, count(*)::int as donations from donation n
      where n.donor_id = ${donorId} and exists (select from device d where d.donation_id = n.id)
    ) g
    where o.id = ${donorId} and 'donor' = any(o.roles)`;
  if (!found) throw new Problem('not-found');
  const { name, since, donations } = found;
  return {
    donor: { id: donorId, name },
    asOf: today(deps.clock),
    since,
    donations,
    figures: { columns: figures, row: shownRow(figures, found.figures, true) },
    kinds: { columns: kinds, rows: found.kinds.map((row) => shownRow(kinds, row, true)) },
  };
}
