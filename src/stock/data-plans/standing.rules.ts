import { date } from '../../shared/formats.ts';
import type { DataPlan } from './data-plan.schemas.ts';

/**
 * How a data plan stands, in one sentence.
 * @param endsFirst whether its data is over before the loan that it is on
 */
export function planStanding(plan: DataPlan, endsFirst: boolean): string {
  const { status, ranOut, expiresOn, endedOn, suspendedAt, loan } = plan;
  if (status === 'ended') return `It ended on ${date(endedOn)}, for good.`;
  if (status === 'suspended') return `It is suspended since ${date(suspendedAt)}: no data, no number.`;
  if (status === 'not_started') return 'Its data has not started yet.';
  if (ranOut) return `Its data ran out on ${date(expiresOn)}. Renew it, or change the SIM.`;
  if (endsFirst)
    return `Its data ends on ${date(expiresOn)}${loan?.dueOn ? ', before the loan is due back' : ''}. Renew it in time.`;
  return expiresOn ? `Its data runs until ${date(expiresOn)}.` : 'Its data runs.';
}
