import { may } from '../../access/permissions.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { run } from '../../shared/statements.ts';
import type { TakingBack } from '../../shared/taking-back.ts';
import type { Work } from '../../shared/work.ts';
import { reopenTasksAbout } from '../../tasks/reopening.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { reopenItem } from '../loans/reopening.commands.ts';
import { lockIncident, subjectsOfIncident } from './action.commands.ts';
import { getReportTakenBack, getReportToTakeBack } from './report-back.queries.ts';
import { assertReportTakenBack, type ReportStanding, toUndo } from './report-back.rules.ts';
import type { ReportTakenBack } from './report-back.schemas.ts';

/**
 * Takes back the report of an incident that was a mistake, while it was not acted on: it stays as recorded by mistake
 * and counts nowhere; what it took off its loan is out again as before; what it asked of staff is no longer to do, and
 * what it had settled is asked again. What was done or asked for from afar is named. Taken back already is harmless.
 * @throws Problem `not-found`, `taking-back-refused` with what has happened since
 */
export async function takeBackReport(
  deps: Deps,
  ctx: Context,
  incidentId: string,
  { reason }: TakingBack,
): Promise<ReportTakenBack> {
  return command(deps, ctx, async (work) => {
    const { trx, at } = work;
    const incident = await lockIncident(trx, incidentId);
    const now = await getReportToTakeBack(trx, incidentId, at);
    if (now.status === 'recorded_by_mistake')
      return { ...(await getReportTakenBack(trx, incidentId)), warnings: [] };
    assertReportTakenBack(now, { mayLate: may(ctx.actor, 'loans.take-back-late') });
    await run(
      trx,
      'incident.take-back',
      trx
        .updateTable('incident')
        .set({
          status: 'recorded_by_mistake',
          taken_back_at: at,
          taken_back_by: ctx.actor.name,
          taken_back_reason: reason,
          changed_at: at,
        })
        .where('id', '=', incidentId),
    );
    const { endedAt } = now;
    const left = endedAt ? await reopenItem(work, { ...now, endedAt }, 'incident taken back') : [];
    await settleTasks(work, incidentId, now);
    await recordEvent(work, {
      type: 'incident.taken_back',
      subjects: subjectsOfIncident(incident),
      values: {
        reference: now.reference,
        incidentKind: now.kind,
        assetTag: now.assetTag,
        status: endedAt ? 'on_loan' : now.deviceStatus,
      },
      fields: ['reason'],
    });
    return { ...(await getReportTakenBack(trx, incidentId)), warnings: [...toUndo(now), ...left] };
  });
}

/** What the report asked is no longer to do; that the person said that it is lost is asked again where the report had settled it. */
async function settleTasks(
  work: Work,
  incidentId: string,
  { patientId, reportedAt }: ReportStanding,
): Promise<void> {
  await completeTasksAbout(work, ['secure_device', 'wipe_device', 'approve_replacement'], [incidentId]);
  if (patientId) await reopenTasksAbout(work, ['said_lost'], { patientId, closedWith: reportedAt });
}
