import { Problem } from '../../shared/problem.ts';
import type { DeviceStatus } from '../../stock/devices/device.rules.ts';
import type { ItemStatus } from '../loans/loan.rules.ts';
import { isOut } from '../loans/loan.states.ts';
import { type IncidentKind, incidentWords } from './incident.rules.ts';
import { isGone } from './incident.states.ts';

type Said = { kind: IncidentKind; handedIn: boolean };
export type Standing = Said & {
  itemStatus: ItemStatus;
  deviceStatus: DeviceStatus;
  loanReference: string;
  isOpen: boolean;
};

/**
 * Why an incident cannot be put right so: words move no device, and say which step does. Nothing where the device is
 * where the correction says that it is.
 */
export function whyNotPutRight(now: Standing, then: Said): string | undefined {
  const was = incidentWords[now.kind].toLowerCase();
  const is = incidentWords[then.kind].toLowerCase();
  if (isGone.of(now.kind) && !isGone.of(then.kind))
    return now.deviceStatus === 'lost'
      ? `The device is lost by this report. Write down that it is found, then report it as ${is} where it still is.`
      : `It was ${was}, and what followed from that has happened. It stays so; add a note.`;
  if (!isGone.of(now.kind) && isGone.of(then.kind))
    return isOut.of(now.itemStatus)
      ? `Then the device is no longer on the loan. ${now.isOpen ? 'Close this incident, then report' : 'Report'} it as ${is} on loan ${now.loanReference}.`
      : 'The device has come back or ended on this loan, so that it was not gone by this. Where it is missing now, a stocktake says so.';
  if (now.handedIn && !then.handedIn && !isGone.of(then.kind))
    return `It was taken in by this report and is off loan ${now.loanReference}. If the person still has it, bring it back from repair and issue it on a loan again.`;
  if (!now.handedIn && then.handedIn && isOut.of(now.itemStatus))
    return `Take it in on the return page of loan ${now.loanReference}: then the device goes where it should.`;
  if (!now.handedIn && then.handedIn && now.deviceStatus === 'due_back')
    return 'The device is due back. Write down on its own page that it arrived: then it goes where it should.';
  return undefined;
}

/** @throws Problem `incident-action-refused`, with the step that is right */
export function assertPutRight(now: Standing, then: Said): void {
  const detail = whyNotPutRight(now, then);
  if (detail) throw new Problem('incident-action-refused', { detail });
}
