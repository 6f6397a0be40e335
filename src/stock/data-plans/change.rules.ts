import { differing } from '../../shared/differing.ts';
import type { FieldError } from '../../shared/problem.ts';
import { kept, type Reading } from '../../shared/reading.ts';
import type { DataPlanChange } from './change.schemas.ts';
import { activationErrors, endingErrors, expiryOf, readIccidOf } from './data-plan.rules.ts';
import type { DataPlan } from './data-plan.schemas.ts';

/** What may be corrected of a data plan, in the order in which it is asked. */
export const correctablePlan = [
  'iccid',
  'msisdn',
  'network',
  'gbPerMonth',
  'durationMonths',
  'activatedOn',
  'expiresOn',
  'endedOn',
] as const satisfies readonly (keyof DataPlanChange)[];
export type PlanPart = (typeof correctablePlan)[number];
export type DescribedPlan = Pick<DataPlan, PlanPart>;

type Dates = Pick<DataPlan, 'activatedOn' | 'durationMonths' | 'expiresOn'>;

/** Whether a plan ends when its months are over, and was not renewed to another day. */
export const endsAsCounted = ({ activatedOn, durationMonths, expiresOn }: Dates): boolean =>
  !activatedOn || expiresOn === expiryOf(activatedOn, durationMonths);

/** A plan as it will be, and what is wrong with that; what the change does not name stays as it is. */
export function planDescribedBy(
  before: DataPlan,
  change: DataPlanChange,
  { today, readNumber }: { today: string; readNumber: (text: string) => Reading },
): { next: DescribedPlan; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const iccid = kept('/iccid', errors, change.iccid, readIccidOf);
  const msisdn = kept('/msisdn', errors, change.msisdn, readNumber);
  const said = <Name extends PlanPart>(name: Name) =>
    change[name] === undefined ? before[name] : (change[name] as DescribedPlan[Name]);
  const next: DescribedPlan = {
    iccid: iccid ?? before.iccid,
    msisdn: change.msisdn ? (msisdn ?? null) : said('msisdn'),
    network: said('network').trim(),
    gbPerMonth: said('gbPerMonth'),
    durationMonths: said('durationMonths'),
    activatedOn: said('activatedOn'),
    expiresOn: before.expiresOn,
    endedOn: said('endedOn'),
  };
  next.expiresOn = endOf(before, next, change.expiresOn);
  return { next, errors: [...errors, ...dateErrors(before, next, { change, today })] };
}

/** Which parts of a plan differ. */
export const changedOfPlan = (before: DescribedPlan, next: DescribedPlan): PlanPart[] =>
  differing(before, next, correctablePlan);

/** The first day without data: the one that was said, or else as the months are counted, or as it was renewed. */
function endOf(before: DataPlan, next: DescribedPlan, said: string | null | undefined): string | null {
  if (!next.activatedOn) return null;
  if (said) return said;
  const counted = expiryOf(next.activatedOn, next.durationMonths);
  return said === null || endsAsCounted(before) ? counted : before.expiresOn;
}

function dateErrors(
  before: DataPlan,
  next: DescribedPlan,
  { change, today }: { change: DataPlanChange; today: string },
): FieldError[] {
  const { activatedOn, expiresOn, endedOn } = next;
  const moved = activatedOn !== before.activatedOn || expiresOn !== before.expiresOn;
  if (change.expiresOn && !activatedOn)
    return [
      {
        pointer: '/expiresOn',
        message: 'It was not activated. Give the day on which it was, or leave this one out.',
      },
    ];
  if (change.endedOn && before.status !== 'ended')
    return [{ pointer: '/endedOn', message: 'It has not ended. End it, and give the day there.' }];
  return [
    ...activationErrors(activatedOn ?? undefined, today),
    ...(moved && activatedOn && expiresOn && expiresOn <= activatedOn
      ? [{ pointer: '/expiresOn', message: 'Give a day after the one on which it was activated.' }]
      : []),
    ...(endedOn ? endingErrors(endedOn, next, today) : []),
  ];
}
