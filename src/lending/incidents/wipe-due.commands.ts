import { sql } from 'kysely';
import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { countOf, each } from '../../shared/statements.ts';
import { notTakenBack } from '../../shared/states.ts';
import { deviceKinds, isPersonal } from '../../stock/devices/device-kinds.rules.ts';
import { askStaff, taskBatch } from '../../tasks/ask.commands.ts';
import { wipeAfterHours } from './incident.rules.ts';
import { isWithStrangers } from './incident.states.ts';

const stands = notTakenBack('incident_action');

/** Incidents of devices that hold what a person did, are still lost after their time and of which nobody has said whether to erase them. */
const due = (now: string) => sql`
  from incident n join device d on d.id = n.device_id
  where n.status = 'open' and ${isWithStrangers('n')} and d.status = 'lost' and d.kind = any(${deviceKinds.filter(isPersonal)}::text[])
    and n.reported_at <= ${now}::timestamptz - make_interval(hours => ${wipeAfterHours})
    and not exists (select from incident_action a where a.incident_id = n.id and a.kind = 'wipe' and ${stands('a')})
    and not exists (select from task t where t.kind = 'wipe_device' and t.subject_id = n.id)`;

/**
 * Asks staff to decide about erasing each device that has been gone for a day: one task an incident,
 * ever, so it may run any number of times.
 * @returns how many tasks it made
 */
export async function askToWipe(deps: Deps, date: string): Promise<number> {
  const found = sql`
    select n.id, n.patient_id as "patientId" ${due(timestamp(deps.clock))} order by n.id limit ${taskBatch} for no key update of n skip locked`;
  return askStaff(
    deps,
    { kind: 'wipe_device', subjectType: 'incident', requestId: `wipe-due-${date}` },
    found,
  );
}

/** How many tasks `askToWipe` would make. */
export async function countToWipe(deps: Deps): Promise<number> {
  return countOf(deps.db, each('wipe-due.count-to'))`${due(timestamp(deps.clock))}`;
}
