import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { differing } from '../../shared/differing.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { one, run } from '../../shared/statements.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { moveEnd, outFrom } from '../loans/ending.commands.ts';
import { itemStatuses } from '../loans/loan.rules.ts';
import { lockIncident, subjectsOfIncident } from './action.commands.ts';
import { assertPutRight } from './correction.rules.ts';
import type { IncidentCorrection } from './correction.schemas.ts';
import { endedOn } from './incident.commands.ts';
import { getIncident } from './incident.queries.ts';
import { assertHappened, incidentKinds, reportErrors } from './incident.rules.ts';
import { isWithStrangers } from './incident.states.ts';

const Before = {
  kind: col.oneOf(incidentKinds),
  handedIn: col.boolean,
  reportedOn: col.text,
  happenedOn: col.orNull(col.text),
  account: col.orNull(col.text),
  crimeReference: col.orNull(col.text),
  changedAt: col.text,
  itemStatus: col.oneOf(itemStatuses),
  loanReference: col.text,
  lentOn: col.text,
  erased: col.boolean,
};

/**
 * Puts right what was written down wrong of an incident, open or closed. It moves no device: where the correction would,
 * it is refused with the step that does. Whether to erase from afar is no longer asked of what no stranger has.
 * @throws Problem `not-found`, `patient-erased`, `if-match-required`, `changed-meanwhile`, `invalid`, `incident-action-refused`
 */
export async function correctIncident(
  deps: Deps,
  ctx: Context,
  incidentId: string,
  correction: IncidentCorrection,
): Promise<Awaited<ReturnType<typeof getIncident>>> {
  return command(deps, ctx, async (work) => {
    const incident = await lockIncident(work.trx, incidentId);
    const { changedAt, itemStatus, loanReference, lentOn, erased, ...before } = await readBefore(
      work.trx,
      incidentId,
    );
    assertHappened(incident);
    if (erased) throw new Problem('patient-erased');
    requireMatch(ctx.ifMatch, etagOf(incidentId, changedAt));
    const after = { ...before, ...correction };
    const { deviceStatus, status } = incident;
    assertPutRight({ ...before, itemStatus, deviceStatus, loanReference, isOpen: status === 'open' }, after);
    const errors = reportErrors({ ...after, happenedOn: after.happenedOn ?? undefined }, lentOn, work.today);
    if (errors.length) throw new Problem('invalid', { errors });
    const changed = differing(before, after, Object.keys(before) as (keyof typeof before)[]);
    if (!changed.length) return getIncident(work.trx, incidentId);
    await run(
      work.trx,
      'incident.correct',
      work.trx
        .updateTable('incident')
        .set({
          kind: after.kind,
          handed_in: after.handedIn,
          reported_on: after.reportedOn,
          happened_given_on: after.happenedOn,
          account: after.account,
          crime_reference: after.crimeReference,
          changed_at: work.at,
        })
        .where('id', '=', incidentId),
    );
    if (endedOn(before) !== endedOn(after)) await moveEnd(work, incidentId, endedOn(after));
    if (!isWithStrangers.of(after.kind)) await completeTasksAbout(work, ['wipe_device'], [incidentId]);
    const has = (name: keyof typeof before) => changed.includes(name);
    await recordEvent(work, {
      type: 'incident.corrected',
      subjects: subjectsOfIncident(incident),
      values: {
        ...(has('kind') && { from: before.kind, to: after.kind }),
        ...(has('reportedOn') && { reportedOn: after.reportedOn }),
        ...(has('happenedOn') && after.happenedOn && { happenedOn: after.happenedOn }),
        ...(has('handedIn') && { handedIn: after.handedIn }),
      },
      fields: changed.filter((name) => name === 'account' || name === 'crimeReference'),
    });
    return getIncident(work.trx, incidentId);
  });
}

async function readBefore(trx: Trx, id: string) {
  return one(trx, 'incident.before-correction', Before)`
    select n.kind, n.handed_in as "handedIn", n.reported_on as "reportedOn", n.happened_given_on as "happenedOn", n.account, n.crime_reference as "crimeReference",
      n.changed_at as "changedAt", i.status as "itemStatus", l.reference as "loanReference",
      (select ${outFrom} from loan_item where id = i.id) as "lentOn",
      exists (select from patient p where p.id = n.patient_id and p.erased_at is not null) as erased
    from incident n join loan_item i on i.id = n.loan_item_id join loan l on l.id = n.loan_id where n.id = ${id}`;
}
