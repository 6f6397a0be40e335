import { Temporal } from 'temporal-polyfill';
import { dataEndingDays } from '../../messages/reminder.rules.ts';
import { readIccid } from '../../shared/codes.ts';
import { type FieldError, Problem } from '../../shared/problem.ts';
import type { Reading } from '../../shared/reading.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { type DeviceStatus, statusWords } from '../devices/device.rules.ts';

export const planStatuses = ['not_started', 'active', 'suspended', 'ended'] as const;
/** A plan is `not_started` while its SIM has not been activated; `ended` is final. That it ran out is a date and no status: it may be renewed. */
export type PlanStatus = (typeof planStatuses)[number];

/** Every move of a data plan and what makes it. */
export const planMoves = [
  { from: 'not_started', to: 'active', by: 'activation' },
  { from: 'not_started', to: 'suspended', by: 'suspension' },
  { from: 'not_started', to: 'ended', by: 'ending' },
  { from: 'active', to: 'suspended', by: 'suspension' },
  { from: 'active', to: 'ended', by: 'ending' },
  { from: 'suspended', to: 'active', by: 'resumption' },
  { from: 'suspended', to: 'not_started', by: 'resumption of one that had not started' },
  { from: 'suspended', to: 'ended', by: 'ending' },
] as const satisfies readonly { from: PlanStatus; to: PlanStatus; by: string }[];

export function canMovePlan(from: PlanStatus, to: PlanStatus): boolean {
  return planMoves.some((move) => move.from === from && move.to === to);
}

/** A plan that someone has and that ends this many days ahead, or fewer, is on the day's list (rule 10): when its person is told. */
export const endingDays = dataEndingDays;

export const planStatusWords: Record<PlanStatus, string> = {
  not_started: 'not started',
  active: 'active',
  suspended: 'suspended',
  ended: 'ended',
};

export type PlanAction = 'fit' | 'remove' | 'activate' | 'renew' | 'suspend' | 'resume' | 'end';

/** What may be done with a data plan next, and for the rest what would have to be done first. Pages show exactly this. */
export function allowedPlanActions({
  status,
  isFitted,
}: {
  status: PlanStatus;
  isFitted: boolean;
}): Record<PlanAction, true | string> {
  const ended = 'It has ended. Record the SIM anew if it is used again.';
  const is = `It is ${planStatusWords[status]}.`;
  return {
    fit: status === 'ended' ? ended : status !== 'suspended' || `${is} Resume it before it is fitted.`,
    remove: status === 'ended' ? ended : isFitted || 'It lies in the drawer.',
    activate: canMovePlan(status, 'active') && status !== 'suspended' ? true : notToActivate(status, ended),
    renew:
      status === 'ended' ? ended : status === 'active' || `${is} It can be renewed once it is activated.`,
    suspend: canMovePlan(status, 'suspended') || (status === 'ended' ? ended : 'It is suspended already.'),
    resume: status === 'suspended' || (status === 'ended' ? ended : 'It is not suspended.'),
    end: canMovePlan(status, 'ended') || ended,
  };
}

function notToActivate(status: PlanStatus, ended: string): string {
  if (status === 'ended') return ended;
  return status === 'suspended' ? 'It is suspended. Resume it first.' : 'It has been activated already.';
}

/** @throws Problem `data-plan-state` with what would make it succeed */
export function assertPlanAction(
  plan: { id: string; status: PlanStatus; isFitted: boolean },
  action: PlanAction,
): void {
  const answer = allowedPlanActions(plan)[action];
  if (answer !== true)
    throw new Problem('data-plan-state', { detail: answer, dataPlanId: plan.id, planStatus: plan.status });
}

/** Whether a SIM may be put into a device: somebody has it in hand. */
export const takesSim = ({ status }: { status: DeviceStatus }) =>
  status !== 'lost' && status !== 'gifted' && status !== 'retired';

/**
 * A SIM is not put into what nobody has in hand.
 * @throws Problem `device-move-refused`
 */
export function assertTakesSim(device: { assetTag: string; status: DeviceStatus }): void {
  if (takesSim(device)) return;
  const { assetTag, status } = device;
  throw new Problem('device-move-refused', {
    detail: `${assetTag} is ${statusWords[status]}; a data plan cannot be fitted.`,
    deviceStatus: status,
  });
}

/** The first day on which a plan no longer runs: so many months after it was activated, not after the loan. */
export function expiryOf(activatedOn: string, months: number): string {
  return Temporal.PlainDate.from(activatedOn).add({ months }).toString();
}

/** What is wrong with the day on which a SIM was activated. */
export function activationErrors(activatedOn: string | undefined, today: string): FieldError[] {
  return activatedOn && activatedOn > today
    ? [
        {
          pointer: '/activatedOn',
          message: 'This date is in the future. Leave it out until the SIM is activated.',
        },
      ]
    : [];
}

/**
 * From when a renewal counts: the day given, or the day on which the plan ends, or today when it ran out.
 * @throws Problem `invalid` when it would leave a gap, or end no later than now
 */
export function renewalOf(
  plan: { activatedOn: string; expiresOn: string },
  { months, from }: { months: number; from?: string | undefined },
  today: string,
): { from: string; expiresOn: string } {
  const latest = plan.expiresOn <= today ? today : plan.expiresOn;
  const begins = from ?? latest;
  const errors: FieldError[] = [];
  if (begins < plan.activatedOn)
    errors.push({ pointer: '/from', message: 'It was not activated yet on this day. Give a later one.' });
  else if (begins > latest)
    errors.push({
      pointer: '/from',
      message: `Give ${latest === today ? 'today' : 'the day it ends now'} or an earlier day, so that no day is left without data.`,
    });
  const expiresOn = expiryOf(begins, months);
  if (!errors.length && expiresOn <= plan.expiresOn)
    errors.push({
      pointer: from ? '/from' : '/months',
      message: 'It runs longer than that already. Give more months, or a later day to count from.',
    });
  if (errors.length) throw new Problem('invalid', { errors });
  return { from: begins, expiresOn };
}

/** What is wrong with the day on which a plan ended. */
export function endingErrors(
  endedOn: string,
  plan: { activatedOn: string | null },
  today: string,
): FieldError[] {
  if (endedOn > today)
    return [{ pointer: '/endedOn', message: 'This date is in the future. Give the day it ended.' }];
  if (plan.activatedOn && endedOn < plan.activatedOn)
    return [{ pointer: '/endedOn', message: 'It was not activated yet on this day. Give a later one.' }];
  return [];
}

export const PlanTerms = {
  network: col.text,
  gbPerMonth: col.orNull(col.number),
  durationMonths: col.number,
};
export type PlanTerms = RowOf<typeof PlanTerms>;
type TermsAsked = {
  offerId?: string | undefined;
  network?: string | undefined;
  gbPerMonth?: number | null | undefined;
  durationMonths?: number | undefined;
};

/** What a request says of network, allowance and months is either an offer or all three. */
export function termsErrors(asked: TermsAsked): FieldError[] {
  const { offerId, network, gbPerMonth, durationMonths } = asked;
  const own = { network, gbPerMonth, durationMonths };
  if (offerId)
    return Object.entries(own).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [{ pointer: `/${name}`, message: 'The offer says this. Leave one of them out.' }],
    );
  const errors: FieldError[] = [];
  if (network === undefined)
    errors.push({ pointer: '/network', message: 'Give the network, or choose an offer.' });
  if (gbPerMonth === undefined)
    errors.push({ pointer: '/gbPerMonth', message: 'Give the GB a month, or null for no cap.' });
  if (durationMonths === undefined)
    errors.push({ pointer: '/durationMonths', message: 'Give for how many months it runs.' });
  return errors;
}

/** An ICCID as its digits, however it is spaced. Its check digit is not looked at, since some suppliers leave it off. */
export function readIccidOf(text: string): Reading {
  const value = readIccid(text);
  return value
    ? { value }
    : { fault: 'An ICCID begins with 89 and has 18 to 20 digits. It is printed on the SIM.' };
}
