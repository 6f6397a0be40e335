import { insertNote } from '../../access/security-log.commands.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { newId } from '../../shared/ids.ts';
import { col } from '../../shared/rows.ts';
import { each, many } from '../../shared/statements.ts';

const Seen = { type: col.oneOf(['staff', 'client']), id: col.text, people: col.number };

/**
 * Raises an alarm for every account or key that was shown more different people within the last hour than
 * LOOKS_ALARM_PER_HOUR, once an hour for each. One statement over the looks of that hour.
 * @returns how many alarms
 */
export async function alarmOfManySeen(deps: Deps): Promise<number> {
  const now = timestamp(deps.clock);
  const found = await many(deps.db, each('looks.many-seen'), Seen)`
    select actor_type as type, actor_id as id, count(distinct person)::int as people
    from access_log a cross join lateral unnest(coalesce(a.patient_ids, array[a.patient_id])) person
    where a.at > ${now}::timestamptz - interval '1 hour' and actor_type <> 'system' and not exists (
      select from security_event e where e.at > ${now}::timestamptz - interval '1 hour'
        and e.kind = 'many_people_seen' and e.actor_type = a.actor_type and e.actor_id = a.actor_id)
    group by actor_type, actor_id having count(distinct person) > ${deps.config.LOOKS_ALARM_PER_HOUR}`;
  for (const { type, id, people } of found)
    await insertNote(
      deps,
      deps.db,
      { actor: { type, id }, requestId: newId() },
      {
        kind: 'many_people_seen',
        staffId: type === 'staff' ? id : undefined,
        clientId: type === 'client' ? id : undefined,
        about: String(people),
      },
    );
  return found.length;
}
