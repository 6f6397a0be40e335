import type { TimelineEntry } from '../shared/schemas.ts';
import { type Way, wayWords } from '../support/support.rules.ts';
import { type TaskKind, taskKinds } from '../tasks/task.rules.ts';
import { count, date, time, words } from './formats.ts';
import { statusTag } from './statuses.ts';

type Values = Record<string, unknown>;
const text = (value: unknown) => (typeof value === 'string' ? words(value).toLowerCase() : '');
const day = (value: unknown) => (typeof value === 'string' ? date(value) : '');
const status = (value: unknown) => statusTag(String(value)).text.toLowerCase();
/** `A`, `A and B`, `A, B and C`. */
const several = (value: unknown) =>
  Array.isArray(value) ? new Intl.ListFormat('en-GB').format(value.map(String)) : '';
const way = (value: unknown) => wayWords[value as Way] ?? text(value);
const task = ({ kind }: Values) => taskKinds[kind as TaskKind] ?? words(String(kind));
const lent: Record<string, string> = {
  in_person: 'handed over in person',
  posted: 'posted',
  collected: 'collected',
};
const accepted: Record<string, string> = {
  signature: 'with a signature',
  witnessed: 'before a witness',
  verbal: 'verbally',
};
const channels: Record<string, string> = { sms: 'Text message', email: 'Email', letter: 'Letter' };
const message = ({ channel }: Values) => channels[String(channel)] ?? 'Message';

/** What each type of event says on a timeline. */
export const eventLines: Record<string, (values: Values) => string> = {
  'donation.recorded': (v) =>
    `Donation recorded${typeof v.devices === 'number' ? ` with ${count(v.devices, 'device')}` : ''}${v.receivedOn ? `, arrived on ${day(v.receivedOn)}` : ''}`,
  'device.checked': (v) => {
    const moved = v.from !== v.to ? `. The device is now ${status(v.to)}` : '';
    return `${words(String(v.kind))} check ${v.result === 'pass' ? 'passed' : 'failed'}, done on ${day(v.performedOn)}${moved}`;
  },
  'device.reopened': () => 'Sent back to preparation. Every check is open again',
  'devices.exported': (v) => `Took a file of ${count(Number(v.count ?? 0), 'device')}`,
  'data_plan.fitted': (v) =>
    `Data plan added${v.network ? `: ${v.network}` : ''}${v.expiresOn ? `, ends on ${day(v.expiresOn)}` : ''}`,
  'referral.received': (v) =>
    `Referral received${v.needs ? ` for ${several(v.needs)}` : ''}${v.urgency ? ` (${text(v.urgency)})` : ''}`,
  'referral.accepted': (v) =>
    `Referral accepted${v.to === 'waiting' ? '. It is on the waiting list' : v.to === 'active' ? '. Support begins' : ''}`,
  'referral.declined': () => 'Referral declined',
  'referral.asked': () => 'Question sent to the clinic',
  'referral.closed': () => 'Referral closed: everything it asked for is settled',
  'loan.issued': (v) => {
    const what = v.assetTags ? ` with ${several(v.assetTags)}` : '';
    const handover = v.handoverWay
      ? `, ${lent[String(v.handoverWay)] ?? text(v.handoverWay)} on ${day(v.handoverOn)}`
      : '';
    const due = v.dueOn ? `, due back on ${day(v.dueOn)}` : ', with no date to come back';
    const agreed = v.acceptedBy
      ? `. Agreement version ${v.agreementVersion} accepted ${accepted[String(v.acceptedBy)] ?? text(v.acceptedBy)}`
      : '';
    return `Loan issued${what}${handover}${due}${agreed}`;
  },
  'loan.taken_over': (v) =>
    `Taken over from before${v.assetTags ? ` with ${several(v.assetTags)}` : ''}, out since ${day(v.handoverOn)}${v.dueOn ? `, due back on ${day(v.dueOn)}` : ', with no date to come back'}`,
  'loan.returned': (v) => {
    const left =
      v.status === 'closed' ? '. Everything is back and the loan is closed' : '. The rest is still out';
    return `${several(v.assetTags) || 'Items'} came back${left}`;
  },
  'follow_up.added': (v) => `Follow-up planned for ${day(v.dueOn)}${v.way ? ` (${way(v.way)})` : ''}`,
  'follow_up.moved': (v) =>
    [
      `Follow-up moved to ${day(v.dueOn)}${v.startsAt ? ` at ${time(String(v.startsAt))}` : ''}`,
      ...changed(v),
    ].join('. '),
  'follow_up.changed': (v) => {
    const [first, ...rest] = changed(v);
    return first ? [`Follow-up changed: ${first.toLowerCase()}`, ...rest].join('. ') : 'Follow-up changed';
  },
  'follow_up.outcome_recorded': (v) => `Follow-up ${text(v.result)}${v.step ? `: ${v.step}` : ''}`,
  'message.sent': (v) => `${message(v)} sent${v.wording ? ` in the ${text(v.wording)} wording` : ''}`,
  'message.held': () => 'Message held back: there is no safe way to send it now',
  'message.cancelled': () => 'Message cancelled before it went out',
  'message.retried': (v) => `${message(v)} put back to be sent${v.from ? ` (it was ${status(v.from)})` : ''}`,
  'task.created': (v) => `Task for staff: ${task(v)}`,
  'task.completed': (v) => `Task done: ${task(v)}`,
  'search.run': (v) => `Ran a search that found ${count(Number(v.count ?? 0), 'record')}`,
  'organisation.added': (v) => `Organisation added as ${text(v.role)}`,
  'location.added': (v) => `Place added: ${text(v.kind)}`,
  'staff.added': (v) => `Account made with the role ${text(v.role)}`,
  'staff.signed_in': () => 'Signed in',
  'staff.signed_out': () => 'Signed out',
  'staff.sign_in_refused': () => 'Sign-in refused: the password was wrong',
  'staff.sessions_revoked': (v) => `Signed out everywhere (${count(Number(v.count ?? 0), 'session')})`,
  'api_client.added': (v) => `API client added with the role ${text(v.role)}`,
  'api_client.key_added': () => 'API key made',
  'api_client.key_revoked': () => 'API key revoked',
};

/** What else changed of a follow-up, in sentences. */
function changed({ from, to, way: by, supporterId }: Values): string[] {
  return [
    ...(to && to !== from ? [to === 'confirmed' ? 'Confirmed with the person' : 'No longer confirmed'] : []),
    ...(by ? [`Now ${way(by)}`] : []),
    ...(supporterId === undefined ? [] : [supporterId ? 'Given to a supporter' : 'No supporter has it']),
  ];
}

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
    const own = subjects.find(({ id }) => id === of)?.type;
    const others = subjects.filter((subject) => subject.id !== of && places[subject.type]);
    const alone = (kind: string) => others.filter((other) => other.type === kind).length === 1;
    const links = others
      .filter((subject) => alone(subject.type))
      .map(({ type: kind, id }) => ({
        href: places[kind]!.path + id,
        text: `See the ${kind === own ? 'other ' : ''}${places[kind]!.name}`,
      }));
    const what = eventLines[type]?.(values) ?? words(type.replaceAll('.', ' '));
    return { at, who: actor.name, what, links };
  });
}
