import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { measureCounts } from '../../support/measures/measure.states.ts';
import { compared, fewestPairs } from './paired.rules.ts';
import { type Column, type Row, tooFew } from './report.rules.ts';
import type { Report, Scope } from './report-scope.ts';

const typical = (key: string, text: string, about?: string): Column => ({
  key,
  text,
  kind: 'typical',
  of: 'pairs',
  ...(about && { about }),
});
const figures: Column[] = [
  { key: 'pairs', text: 'People', kind: 'count', about: 'Who have a total at first and a later one.' },
  typical('before', 'At first'),
  typical('after', 'At the latest'),
  typical('beforeMedian', 'At first, median'),
  typical('afterMedian', 'At the latest, median'),
  typical('difference', 'Difference', 'The mean of the differences, the latest less the first.'),
  typical('low', 'From', 'Where the 95% interval of the difference begins, by Student’s t.'),
  typical('high', 'To', 'Where it ends.'),
  typical('effect', 'Effect (d_av)', 'The difference by the mean of both standard deviations.'),
];
const instrument: Column = { key: 'instrument', text: 'Questionnaire', kind: 'label' };
const better: Column = { key: 'better', text: 'Better', kind: 'label' };

/** What people answered at first and at the latest, for each questionnaire and cohort. */
export const measures: Report = {
  name: 'measures',
  title: 'Questionnaires before and after',
  about: `The totals of the same people at first and at their latest, by the same version of a questionnaire. Of fewer than ${fewestPairs} nothing is said. It shows that something changed, not why.`,
  narrows: ['clinicId'],
  headline: [
    {
      key: 'people',
      text: 'People with both',
      kind: 'count',
      about:
        'Patients with two totals of one questionnaire or more, the latest of them in these days. The first may be earlier.',
    },
  ],
  parts: [
    { key: 'all', title: 'Everyone', columns: [instrument, better, ...figures] },
    {
      key: 'clinics',
      title: 'By clinic',
      inside: true,
      about: 'Who last referred them before the latest answer.',
      columns: [instrument, { key: 'cohort', text: 'Clinic', kind: 'label' }, ...figures],
    },
    {
      key: 'kits',
      title: 'By kit',
      inside: true,
      about: 'With what was last lent to them before the latest answer.',
      columns: [instrument, { key: 'cohort', text: 'Kit', kind: 'label' }, ...figures],
    },
    {
      key: 'plans',
      title: 'By support plan',
      inside: true,
      about: 'Which began last before the latest answer, in its version.',
      columns: [instrument, { key: 'cohort', text: 'Support plan', kind: 'label' }, ...figures],
    },
  ],
  async read(db, scope) {
    const pairs = await readPairs(db, scope);
    return {
      headline: { people: new Set(pairs.map(({ patientId }) => patientId)).size },
      parts: {
        all: rowsBy(pairs, () => ''),
        clinics: rowsBy(pairs, ({ clinic }) => clinic ?? 'No clinic'),
        kits: rowsBy(pairs, ({ kit }) => kit ?? 'No kit'),
        plans: rowsBy(pairs, ({ plan }) => plan ?? 'No plan'),
      },
    };
  },
};

const Pair = {
  patientId: col.text,
  versionId: col.text,
  instrument: col.text,
  direction: col.text,
  before: col.number,
  after: col.number,
  clinic: col.orNull(col.text),
  kit: col.orNull(col.text),
  plan: col.orNull(col.text),
};
type Pair = RowOf<typeof Pair>;

/** A row for each questionnaire and cohort, in their order. */
function rowsBy(pairs: Pair[], cohortOf: (pair: Pair) => string): Row[] {
  const groups = Map.groupBy(pairs, (pair) => JSON.stringify([pair.versionId, cohortOf(pair)]));
  const rows = [...groups.values()].map((group): Row => {
    const [first] = group as [Pair];
    const found = compared(group);
    const shown = (
      name: 'before' | 'after' | 'beforeMedian' | 'afterMedian' | 'difference' | 'low' | 'high',
    ) => (found ? rounded(found[name]) : tooFew);
    return {
      instrument: first.instrument,
      better: first.direction,
      cohort: cohortOf(first),
      pairs: group.length,
      before: shown('before'),
      after: shown('after'),
      beforeMedian: shown('beforeMedian'),
      afterMedian: shown('afterMedian'),
      difference: shown('difference'),
      low: shown('low'),
      high: shown('high'),
      effect: found ? found.effect && rounded(found.effect) : tooFew,
    };
  });
  return rows.sort(
    (one, other) =>
      String(one.instrument).localeCompare(String(other.instrument), 'en-GB') ||
      String(one.cohort).localeCompare(String(other.cohort), 'en-GB'),
  );
}

const rounded = (value: number) => Math.round(value * 100) / 100;

/** The first and the latest total of each person and version, the latest in the days of a scope, with their cohorts. */
async function readPairs(db: Reader, { from, to, clinicId }: Scope): Promise<Pair[]> {
  return many(db, 'report.measures', Pair)`
    with answered as (
      select m.id, m.patient_id, m.version_id, m.answered_on, m.total::float8 as total
      from measure_asking m where ${measureCounts('m')} and m.total is not null and m.answered_on <= ${to}::date
    ), latest as (
      select distinct on (patient_id, version_id) * from answered where answered_on >= ${from}::date
      order by patient_id, version_id, answered_on desc, id desc
    ), first as (
      select distinct on (patient_id, version_id) * from answered order by patient_id, version_id, answered_on, id
    )
    select a.patient_id as "patientId", a.version_id as "versionId", i.name || case when v.version > 1 then ', version ' || v.version else '' end as instrument,
      i.direction, b.total as before, a.total as after, o.name as clinic,
      (select k.name from loan l left join kit k on k.id = l.kit_id where l.patient_id = a.patient_id and l.handover_on <= a.answered_on
        and l.status <> 'recorded_by_mistake' order by l.handover_on desc, l.id desc limit 1) as kit,
      (select s.name || ', version ' || x.version from patient_plan p join support_plan_version x on x.id = p.version_id join support_plan s on s.id = x.plan_id
        where p.patient_id = a.patient_id and p.starts_on <= a.answered_on order by p.starts_on desc, p.id desc limit 1) as plan
    from latest a join first b on b.patient_id = a.patient_id and b.version_id = a.version_id and b.answered_on < a.answered_on
      join instrument_version v on v.id = a.version_id join instrument i on i.id = v.instrument_id
      left join lateral (
        select r.clinic_id from referral r where r.patient_id = a.patient_id and (r.received_at at time zone 'Europe/London')::date <= a.answered_on
        order by r.received_at desc, r.id desc limit 1) r on true
      left join organisation o on o.id = r.clinic_id
    where ${clinicId ?? null}::uuid is null or r.clinic_id = ${clinicId ?? null}::uuid
    order by a.id`;
}
