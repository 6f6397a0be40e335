import { soonDays } from '../lending/loans/loan.rules.ts';
import { addDays } from '../shared/clock.ts';
import { count } from '../shared/formats.ts';
import { endingDays } from '../stock/data-plans/data-plan.rules.ts';

/** How heavy a kind of work is: it waits for us today, or it may wait until there is time. */
export type Weight = 'today' | 'later';

/** The kinds of work that a day may hold, in the order in which they are shown: what presses first. */
const weights = {
  follow_ups_without_outcome: 'today',
  follow_ups_today: 'today',
  referrals_to_decide: 'today',
  waiting_and_in_stock: 'today',
  loans_overdue: 'today',
  devices_due_back: 'today',
  messages_failed: 'today',
  messages_unknown: 'today',
  messages_held: 'today',
  tasks: 'today',
  incidents_open: 'later',
  devices_to_prepare: 'later',
  loans_due: 'later',
  data_ending: 'later',
  loans_to_review: 'later',
  repairs_late: 'later',
  accessories_low: 'later',
  clinics_without_duty_contact: 'later',
} as const satisfies Record<string, Weight>;
export type WorkKind = keyof typeof weights;
export const workKinds = Object.keys(weights) as WorkKind[];
export const weightOf = (kind: WorkKind): Weight => weights[kind];

/** A kind of work in words, with the list that holds just that. */
export function sayWork(
  { kind, count: number }: { kind: WorkKind; count: number },
  today: string,
): { text: string; href: string } {
  const yesterday = addDays(today, -1);
  const told: Record<WorkKind, { text: string; href: string }> = {
    referrals_to_decide: {
      text: `${count(number, 'referral')} to decide`,
      href: '/referrals?status=to_decide',
    },
    waiting_and_in_stock: {
      text: `${count(number, 'person', 'people')} waiting for something that is in stock`,
      href: '/referrals/waiting?inStock=true',
    },
    devices_to_prepare: {
      text: `${count(number, 'device')} to prepare`,
      href: '/devices?status=in_preparation',
    },
    devices_due_back: {
      text: `${count(number, 'device')} due back that ${number === 1 ? 'has' : 'have'} not arrived`,
      href: '/devices?status=due_back',
    },
    repairs_late: { text: `${count(number, 'repair')} overdue`, href: '/repairs?late=true' },
    follow_ups_today: {
      text: `${count(number, 'follow-up')} still to do today`,
      href: `/support?from=${today}&to=${today}&status=ahead`,
    },
    follow_ups_without_outcome: {
      text: `${count(number, 'follow-up')} without an outcome`,
      href: `/support?to=${yesterday}&status=ahead`,
    },
    loans_overdue: { text: `${count(number, 'loan')} overdue`, href: '/loans?due=overdue' },
    loans_due: { text: `${count(number, 'loan')} due back within ${soonDays} days`, href: '/loans?due=soon' },
    data_ending: {
      text: `${count(number, 'data plan')} on loan ending within ${endingDays} days or over`,
      href: '/data-plans?ending=soon',
    },
    incidents_open: { text: `${count(number, 'incident')} open`, href: '/incidents?status=open' },
    loans_to_review: {
      text: `${count(number, 'loan')} without a date to look at again`,
      href: '/loans?due=review',
    },
    messages_held: { text: `${count(number, 'message')} held`, href: '/messages?status=held' },
    messages_failed: { text: `${count(number, 'message')} not sent`, href: '/messages?status=failed' },
    messages_unknown: {
      text: `${count(number, 'message')} not known if sent`,
      href: '/messages?status=unknown',
    },
    accessories_low: {
      text: `${count(number, 'kind of accessory', 'kinds of accessory')} running low`,
      href: '/accessories?stock=low',
    },
    clinics_without_duty_contact: {
      text: `${count(number, 'clinic')} without a duty contact to ring when there is a concern`,
      href: '/settings/clinics?dutyContact=missing',
    },
    tasks: { text: `${count(number, 'task')} open`, href: '/tasks' },
  };
  return told[kind];
}
