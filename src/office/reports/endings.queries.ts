import { sql } from 'kysely';
import { type IncidentKind, incidentKinds, incidentWords } from '../../lending/incidents/incident.rules.ts';
import { type EndReason, endReasons, kindsOfReason } from '../../lending/loans/end-reason.rules.ts';
import { itemWasLent } from '../../lending/loans/loan.states.ts';
import type { Reader } from '../../shared/database.ts';
import { inWords } from '../../shared/formats.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { several } from '../../shared/sentences.ts';
import { many } from '../../shared/statements.ts';
import type { Column, Row } from './report.rules.ts';
import { ofClinic, onDays, type Report, type Scope } from './report-scope.ts';

const counted: Column[] = [
  { key: 'reason', text: 'Why', kind: 'label' },
  { key: 'loans', text: 'Loans', kind: 'count' },
  { key: 'share', text: 'Of those that ended', kind: 'share', of: ['loans', 'ended'] },
];

/** Why loans end, as far as it was said. */
export const endings: Report = {
  name: 'endings',
  title: 'Why loans end',
  about:
    'Loans that closed on these days, by what was said when the last of each came back, or by what happened to it. Nobody has to say why, and nobody is to blame.',
  narrows: ['clinicId'],
  headline: [
    { key: 'ended', text: 'Loans that ended', kind: 'count', about: 'Loans that closed on these days.' },
    {
      key: 'known',
      text: 'Of which it is known why',
      kind: 'count',
      about: 'A reason was said, something had happened to the device, or it was given to keep.',
    },
    { key: 'share', text: 'Known, of those that ended', kind: 'share', of: ['known', 'ended'] },
  ],
  parts: [
    {
      key: 'reasons',
      title: 'Why',
      columns: counted,
      chart: { series: ['loans'], way: 'lying' },
    },
    {
      key: 'kits',
      title: 'By kit',
      inside: true,
      about: 'By the types of device that were on the loan, without what was replaced.',
      columns: [{ key: 'kit', text: 'Kit', kind: 'label' }, ...counted],
    },
    {
      key: 'clinics',
      title: 'By clinic',
      inside: true,
      columns: [{ key: 'clinic', text: 'Clinic', kind: 'label' }, ...counted],
    },
  ],
  async read(db, scope) {
    const ended = await readEnded(db, scope);
    const known = total(ended.filter(({ reason }) => reason !== null));
    return {
      headline: { ended: total(ended), known },
      parts: {
        reasons: withEach(ended),
        kits: within(ended, 'kit', ({ kinds }) => kitOf(kinds)),
        clinics: within(ended, 'clinic', ({ clinic }) => clinic ?? 'No clinic'),
      },
    };
  },
};

type Known = EndReason | IncidentKind | 'gifted';
const known: Known[] = [...endReasons, ...incidentKinds, 'gifted'];

const Ended = {
  reason: col.orNull(col.oneOf(known)),
  kinds: col.listOf(col.text),
  clinic: col.orNull(col.text),
  loans: col.number,
};
type Ended = RowOf<typeof Ended>;

/** Loans that closed, by why, by the kinds of devices and by clinic. Of what ended for several reasons, the last counts. */
async function readEnded(db: Reader, scope: Scope): Promise<Ended[]> {
  return many(db, 'report.endings', Ended)`
    with ended as materialized (
      select l.id, l.referral_id from loan l where l.status = 'closed' and ${onDays(sql`l.closed_on`, scope)} and ${ofClinic(sql`l.referral_id`, scope)}
    ), items as (
      select i.loan_id, i.id, i.ended_at, d.kind,
        coalesce(i.end_reason, n.kind, case when i.status = 'gifted' then i.status end) as reason
      from ended e join loan_item i on i.loan_id = e.id and ${itemWasLent('i')} join device d on d.id = i.device_id
        left join incident n on n.id = i.incident_id
      where not exists (select from loan_item o where o.replaces_item_id = i.id)
    ), told as (
      select loan_id, (array_agg(reason order by reason is null, ended_at desc, id desc))[1] as reason, array_agg(distinct kind order by kind) as kinds
      from items group by loan_id
    )
    select t.reason, t.kinds, o.name as clinic, count(*)::int as loans
    from told t join ended e on e.id = t.loan_id left join referral r on r.id = e.referral_id left join organisation o on o.id = r.clinic_id
    group by t.reason, t.kinds, o.id, o.name`;
}

const total = (rows: Ended[]) => rows.reduce((all, { loans }) => all + loans, 0);
const kitOf = (kinds: string[]) => several(kinds.map((kind) => inWords(kind)));

/** In the order in which they are asked: of what is the same, what was said stands before what happened. */
const order: (Known | null)[] = [...known, null];

function wordsOf(reason: Known | null): string {
  if (reason === null) return 'Not said';
  if (reason === 'gifted') return 'Given to keep';
  return reason in kindsOfReason
    ? kindsOfReason[reason as EndReason].words
    : incidentWords[reason as IncidentKind];
}

/** A row for each reason of which there are loans. */
function withEach(rows: Ended[], label: Row = {}): Row[] {
  const ended = total(rows);
  return order.flatMap((reason) => {
    const loans = total(rows.filter((row) => row.reason === reason));
    return loans ? { ...label, reason: wordsOf(reason), loans, ended } : [];
  });
}

/** The same within each group, the groups by their names. */
function within(rows: Ended[], key: 'kit' | 'clinic', of: (row: Ended) => string): Row[] {
  return [...Map.groupBy(rows, of)]
    .sort(([one], [other]) => one.localeCompare(other, 'en-GB'))
    .flatMap(([name, own]) => withEach(own, { [key]: name }));
}
