import { recordEvents } from '../../shared/events.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';

/** A device that is in hand, and the civil date on which it was; now when left out. */
export type Seen = { id: string; on?: string };

/**
 * Notes that devices are in hand, inside a command's transaction: those that a stocktake missed before are
 * missed no longer, nobody need look for them, and their story says so. The same few statements however many.
 */
export async function markSeen(work: Work, devices: Seen[]): Promise<void> {
  if (!devices.length) return;
  const rows = await many(work.trx, 'device.seen', { id: col.text })`
    with seen as materialized (
      select d.id from device d
      join unnest(${devices.map(({ id }) => id)}::uuid[], ${devices.map(({ on }) => on ?? null)}::date[]) s (id, day) on s.id = d.id
      where d.missed_on <= coalesce(s.day, d.missed_on) order by d.id for no key update of d
    )
    update device set missed_on = null where id in (select id from seen) returning id`;
  const ids = rows.map(({ id }) => id);
  await completeTasksAbout(work, ['missing_at_stocktake'], ids);
  await recordEvents(
    work,
    ids.map((id) => ({ type: 'device.seen', subjects: [['device', id]] })),
  );
}
