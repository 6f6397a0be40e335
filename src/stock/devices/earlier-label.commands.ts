import { sql } from 'kysely';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';

/** Keeps the labels that devices had before, so that a scan of one finds its device; none given, it asks nothing. */
export async function keepEarlierLabels(
  { trx, at }: Work,
  devices: { id: string; earlierLabels?: string[] | undefined }[],
): Promise<void> {
  const labels = devices.flatMap(({ id, earlierLabels = [] }) =>
    earlierLabels.map((label) => ({ device_id: id, label })),
  );
  if (!labels.length) return;
  await run(
    trx,
    'earlier-label.keep',
    trx
      .insertInto('earlier_label')
      .columns(['device_id', 'label', 'recorded_at'])
      .expression(
        sql`select device_id, label, ${at}::timestamptz from jsonb_to_recordset(${JSON.stringify(labels)}::jsonb) x (device_id uuid, label text)`,
      )
      .onConflict((conflict) => conflict.doNothing()),
  );
}

/** The labels that a device had before are these from now on. */
export async function replaceEarlierLabels(work: Work, id: string, earlierLabels: string[]): Promise<void> {
  await run(
    work.trx,
    'earlier-label.drop',
    work.trx
      .deleteFrom('earlier_label')
      .where('device_id', '=', id)
      .where(sql<boolean>`label <> all(${earlierLabels}::text[])`),
  );
  await keepEarlierLabels(work, [{ id, earlierLabels }]);
}
