import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { maybe, one } from '../../shared/statements.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { actionColumns, insertAction, lockIncident, subjectsOfIncident } from './action.commands.ts';
import { assertHappened } from './incident.rules.ts';
import { Action, type ActionRecorded, type NotNeeded } from './incident.schemas.ts';
import { whyActionStays } from './to-do.rules.ts';

/**
 * Writes down that something that was thought of need not be done. Said again, and where it was asked for meanwhile,
 * the newest line stands.
 * @throws Problem `not-found`, `incident-closed`, `incident-action-refused` for an incident that is over, or for what is done already
 */
export async function sayNotNeeded(
  deps: Deps,
  ctx: Context,
  incidentId: string,
  { kind, note }: NotNeeded,
): Promise<ActionRecorded> {
  return command(deps, ctx, async (work) => {
    const incident = await lockIncident(work.trx, incidentId);
    assertHappened(incident);
    if (incident.status === 'closed')
      throw new Problem('incident-closed', { detail: 'The incident is closed.' });
    const last = await maybe(work.trx, 'incident.last-action', { status: Action.properties.status })`
      select a.status from incident_action a where a.incident_id = ${incidentId} and a.kind = ${kind} and a.taken_back_at is null
      order by a.id desc limit 1`;
    if (last?.status === 'done')
      throw new Problem('incident-action-refused', { detail: 'It is done already. Take that back first.' });
    const action = await insertAction(work, incidentId, { kind, note }, 'not_needed');
    if (kind === 'wipe') await completeTasksAbout(work, ['wipe_device'], [incidentId]);
    await recordEvent(work, {
      type: 'incident.action',
      subjects: subjectsOfIncident(incident),
      values: { kind, status: 'not_needed' },
      fields: note ? ['note'] : [],
    });
    return { ...action, incident: { id: incidentId, status: incident.status } };
  });
}

/**
 * Takes back a line of an incident's story that was a slip. It stays in the story, crossed out; what stands is the line
 * of its kind before it. Of what was asked for and then done, that it is done goes first. Taken back twice, the first stands.
 * @throws Problem `not-found`, `incident-action-refused` for what went on from there
 */
export async function takeBackAction(
  deps: Deps,
  ctx: Context,
  incidentId: string,
  actionId: string,
): Promise<ActionRecorded> {
  return command(deps, ctx, async (work) => {
    const incident = await lockIncident(work.trx, incidentId);
    assertHappened(incident);
    const action = await maybe(work.trx, 'incident.action-of', Action.properties)`
      select ${actionColumns} from incident_action a where a.id = ${actionId} and a.incident_id = ${incidentId}`;
    if (!action) throw new Problem('not-found');
    const of = { id: incidentId, status: incident.status };
    if (action.status === 'taken_back') return { ...action, incident: of };
    const detail = whyActionStays(action);
    if (detail) throw new Problem('incident-action-refused', { detail });
    // What was asked for first was really asked for: that it is done is what goes.
    const wasAsked = action.confirmedAt !== null && action.confirmedAt !== action.requestedAt;
    const taken = await one(work.trx, 'incident.take-back-action', Action.properties)`
      update incident_action a set ${wasAsked ? sql`confirmed_at = null, confirmed_by = null` : sql`taken_back_at = ${work.at}, taken_back_by = ${ctx.actor.name}`}
      where a.id = ${actionId} returning ${actionColumns}`;
    await recordEvent(work, {
      type: 'incident.action',
      subjects: subjectsOfIncident(incident),
      values: { kind: action.kind, status: 'taken_back' },
    });
    return { ...taken, incident: of };
  });
}
