import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { several } from '../../shared/sentences.ts';
import { tooLateToTakeBack } from '../../shared/taking-back.rules.ts';
import { itemStatuses } from '../loans/loan.rules.ts';
import { doFirst, SinceEnd, whatFollowedEnd } from '../loans/return-back.rules.ts';
import { doneWords, incidentKinds, incidentStatuses } from './incident.rules.ts';
import type { Action } from './incident.schemas.ts';

/** What becomes of an action where the report was a mistake: it keeps the report as it is, is to be undone, or is of no matter. */
const ofAction: Record<Action['kind'], 'stays' | 'to undo' | 'no matter'> = {
  lock: 'to undo',
  lost_mode: 'to undo',
  locate: 'no matter',
  wipe: 'stays',
  suspend_sim: 'to undo',
  concern: 'to undo',
  told_police: 'stays',
  told_ig: 'stays',
  agree_return: 'no matter',
  found: 'stays',
  write_off: 'stays',
  note: 'no matter',
  closed: 'stays',
  replaced: 'stays',
  approved: 'no matter',
};

/** What decides whether the report of an incident may be taken back. */
export const ReportStanding = {
  ...SinceEnd,
  reference: col.text,
  status: col.oneOf(incidentStatuses),
  kind: col.oneOf(incidentKinds),
  reportedAt: col.text,
  isLate: col.boolean,
  hasCrimeReference: col.boolean,
  itemId: col.text,
  itemStatus: col.oneOf(itemStatuses),
  loanId: col.text,
  deviceId: col.text,
  patientId: col.orNull(col.text),
  referralId: col.orNull(col.text),
  /** The instant at which the report ended the item; null where it did not. */
  endedAt: col.orNull(col.text),
  /** The instant at which the loan closed. */
  closedAt: col.orNull(col.text),
  wasSentForRepair: col.boolean,
  actions: col.listOf(
    col.object({ kind: col.oneOf(Object.keys(ofAction) as Action['kind'][]), isDone: col.boolean }),
  ),
};
export type ReportStanding = RowOf<typeof ReportStanding>;

/** What has happened since a report, in sentences: nothing where it may be taken back. */
export function whatFollowedReport(now: ReportStanding): string[] {
  const { actions, endedAt, itemStatus, replacedBy } = now;
  const done = actions.flatMap(({ kind, isDone }) =>
    isDone && ofAction[kind] === 'stays' && kind !== 'replaced' ? doneWords[kind] : [],
  );
  return [
    ...(done.length ? [`${several([...new Set(done)])}.`] : []),
    ...(now.hasCrimeReference && !done.includes(doneWords.told_police)
      ? ['The police know of it: it has a crime reference.']
      : []),
    ...(now.wasSentForRepair ? [`${now.assetTag} was sent for repair since.`] : []),
    ...(endedAt
      ? whatFollowedEnd(now, itemStatus === 'lost' ? 'lost' : 'in_repair')
      : replacedBy
        ? [`${replacedBy} took its place.`]
        : []),
  ];
}

/**
 * Why the report of an incident cannot be taken back, in a sentence; nothing where it can.
 * @param who whether who asks may do so after the limit of days
 */
export function whyReportStays(now: ReportStanding, { mayLate }: { mayLate: boolean }): string | undefined {
  if (now.isErased) return 'This person was erased.';
  const followed = whatFollowedReport(now);
  if (followed.length)
    return `It was acted on: ${followed.join(' ')} ${now.endedAt ? doFirst(now.deviceStatus, now.itemStatus === 'lost' ? 'lost' : 'in_repair') : 'Add a note instead.'}`;
  if (now.status !== 'open') return 'The incident is closed.';
  if (now.isLate && !mayLate) return tooLateToTakeBack;
  return undefined;
}

/** @throws Problem `taking-back-refused`, with what has happened since */
export function assertReportTakenBack(now: ReportStanding, who: { mayLate: boolean }): void {
  const detail = whyReportStays(now, who);
  if (detail) throw new Problem('taking-back-refused', { detail, followed: whatFollowedReport(now) });
}

/** What is left to do by hand where a report is taken back, in sentences: what was done from afar is undone from there. */
export function toUndo({ actions, assetTag }: ReportStanding): string[] {
  const kinds = new Map(actions.map(({ kind, isDone }) => [kind, isDone]));
  return [...kinds].flatMap(([kind, isDone]) => {
    if (isDone)
      return ofAction[kind] === 'to undo' ? `${doneWords[kind]}: have that undone for ${assetTag}.` : [];
    return `Asked for, and off now: ${doneWords[kind].toLowerCase()}. Tell whoever was asked.`;
  });
}
