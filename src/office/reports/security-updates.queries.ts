import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { kindsWithSystem } from '../../stock/devices/device-kinds.rules.ts';
import { updatesEnd } from '../../stock/devices/updates.queries.ts';
import { lendableWords } from '../../stock/devices/updates.rules.ts';
import { type Row, sum } from './report.rules.ts';
import { ofDonor, type Report, type Scope } from './report-scope.ts';

/** For how long what there is to lend gets security updates. */
export const securityUpdates: Report = {
  name: 'security-updates',
  title: 'Security updates',
  about:
    'For how long what is in stock or out can still be lent, as it stands now. SIMs, dongles and routers have no operating system and are not in it.',
  narrows: ['donorId'],
  headline: [
    {
      key: 'devices',
      text: 'Devices',
      kind: 'number',
      inside: true,
      about: 'Neither retired nor given away.',
    },
    { key: 'ended', text: 'Updates have ended', kind: 'number', inside: true },
    { key: 'soon', text: 'They end within 12 months', kind: 'number', inside: true },
    { key: 'unknown', text: 'Not known until when', kind: 'number', inside: true },
  ],
  parts: [
    {
      key: 'models',
      title: 'By model',
      inside: true,
      about: 'Those of which it is known first, the earliest end in front.',
      columns: [
        { key: 'model', text: 'Model', kind: 'label' },
        { key: 'devices', text: 'Devices', kind: 'number' },
        { key: 'left', text: 'Can be lent', kind: 'label' },
      ],
    },
  ],
  async read(db, scope, today) {
    const rows = await readModels(db, scope, today);
    return {
      headline: Object.fromEntries(
        (['devices', 'ended', 'soon', 'unknown'] as const).map((key) => [key, sum(rows, key)]),
      ),
      parts: {
        models: rows.map(
          ({ model, devices, endOn }): Row => ({ model, devices, left: lendableWords(endOn, today) }),
        ),
      },
    };
  },
};

const Model = {
  model: col.text,
  endOn: col.orNull(col.text),
  devices: col.number,
  ended: col.number,
  soon: col.number,
  unknown: col.number,
};

/** Models with the ends that their devices have: one that was read on a device stands apart. */
async function readModels(db: Reader, scope: Scope, today: string): Promise<RowOf<typeof Model>[]> {
  return many(db, 'report.security-updates', Model)`
    select min(d.make || ' ' || d.model) as model, ${updatesEnd('d')} as "endOn", count(*)::int as devices,
      count(*) filter (where d.updates_end_on <= ${today}::date)::int as ended,
      count(*) filter (where d.updates_end_on > ${today}::date and d.updates_end_on <= ${today}::date + interval '12 months')::int as soon,
      count(*) filter (where d.updates_end_on is null)::int as unknown
    from device d where d.status not in ('retired', 'gifted') and d.kind = any(${kindsWithSystem}::text[]) and ${ofDonor(sql`d.id`, scope)}
    group by model_key(d.make, d.model), 2 order by 2 nulls last, 1`;
}
