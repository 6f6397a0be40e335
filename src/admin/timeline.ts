import type { TimelineEntry } from '../shared/schemas.ts';
import { count, date, words } from './formats.ts';
import { statusTag } from './statuses.ts';

type Values = Record<string, unknown>;
const text = (value: unknown) => (typeof value === 'string' ? words(value).toLowerCase() : '');
const day = (value: unknown) => (typeof value === 'string' ? date(value) : '');

/** What each type of event says on a timeline; a type without a line says its own name. */
const lines: Record<string, (values: Values) => string> = {
  'donation.recorded': (v) =>
    `Donation recorded${typeof v.devices === 'number' ? ` with ${count(v.devices, 'device')}` : ''}`,
  'device.checked': (v) => {
    const moved = v.from !== v.to ? `. The device is now ${statusTag(String(v.to)).text.toLowerCase()}` : '';
    return `${words(String(v.kind))} check ${v.result === 'pass' ? 'passed' : 'failed'}, done on ${day(v.performedOn)}${moved}`;
  },
  'device.reopened': () => 'Sent back to preparation. Every check is open again',
  'data_plan.fitted': (v) =>
    `Data plan added${v.network ? `: ${v.network}` : ''}${v.expiresOn ? `, ends on ${day(v.expiresOn)}` : ''}`,
  'referral.received': (v) => `Referral received${v.urgency ? ` (${text(v.urgency)})` : ''}`,
  'referral.accepted': () => 'Referral accepted',
  'referral.declined': () => 'Referral declined',
  'referral.asked': () => 'Question sent to the clinic',
  'loan.issued': (v) => `Loan issued${v.dueOn ? `, due back on ${day(v.dueOn)}` : ''}`,
  'loan.returned': () => 'Items came back',
  'loan.closed': () => 'Loan closed',
  'follow_up.added': (v) => `Follow-up planned${v.dueOn ? ` for ${day(v.dueOn)}` : ''}`,
  'follow_up.moved': (v) => `Follow-up moved${v.dueOn ? ` to ${day(v.dueOn)}` : ''}`,
  'follow_up.recorded': (v) => `Follow-up ${text(v.result) || 'recorded'}`,
  'message.sent': (v) => `Message sent${v.channel ? ` by ${text(v.channel)}` : ''}`,
  'message.held': () => 'Message held back',
  'message.failed': () => 'Message could not be sent',
};

/** The pages of the things that events are about. */
const places: Record<string, { path: string; name: string }> = {
  device: { path: '/devices/', name: 'device' },
  donation: { path: '/donations/', name: 'donation' },
  referral: { path: '/referrals/', name: 'referral' },
  loan: { path: '/loans/', name: 'loan' },
  follow_up: { path: '/follow-ups/', name: 'follow-up' },
  message: { path: '/messages/', name: 'message' },
};

export type TimelineLine = { at: string; who: string; what: string; links: { href: string; text: string }[] };

/**
 * Events as lines of a timeline.
 * @param of id of the thing whose page this is: it needs no link to itself
 */
export function timelineLines(entries: TimelineEntry[], of: string): TimelineLine[] {
  return entries.map(({ at, actor, type, values, subjects }) => {
    const others = subjects.filter((subject) => subject.id !== of && places[subject.type]);
    const alone = (kind: string) => others.filter((other) => other.type === kind).length === 1;
    const links = others
      .filter((subject) => alone(subject.type))
      .map(({ type: kind, id }) => ({
        href: places[kind]!.path + id,
        text: `See the ${places[kind]!.name}`,
      }));
    const what = lines[type]?.(values) ?? words(type.replaceAll('.', ' '));
    return { at, who: actor.name, what, links };
  });
}
