import {
  type ActionKind,
  actionWords,
  doneWords,
  type IncidentKind,
  incidentWords,
} from '../incidents/incident.rules.ts';
import { type Way, wayWords } from '../support/support.rules.ts';
import { type TaskKind, taskKinds } from '../tasks/task.rules.ts';
import { answerLine } from './answer-lines.ts';
import { count, date, time, words } from './formats.ts';
import { privacyLines } from './privacy-lines.ts';
import { settingsLines } from './settings-lines.ts';
import { statusTag } from './statuses.ts';

type Values = Record<string, unknown>;
const text = (value: unknown) => (typeof value === 'string' ? words(value).toLowerCase() : '');
const day = (value: unknown) => (typeof value === 'string' ? date(value) : '');
const status = (value: unknown) => statusTag(String(value)).text.toLowerCase();
/** `A`, `A and B`, `A, B and C`. */
const several = (value: unknown) =>
  Array.isArray(value) ? new Intl.ListFormat('en-GB').format(value.map(String)) : '';
/** From one device to another. */
const tags = (value: unknown) =>
  Array.isArray(value) && value.length === 2 ? ` from ${value[0]} to ${value[1]}` : '';
const called = (value: unknown) => (value ? `: ${value}` : '');
const way = (value: unknown) => wayWords[value as Way] ?? text(value);
const task = ({ kind }: Values) => taskKinds[kind as TaskKind]?.what ?? words(String(kind));
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
const reviewed: Record<string, string> = {
  goes_on: 'Loan reviewed: it is still needed',
  not_reached: 'Loan reviewed: nobody was reached',
  comes_back: 'Loan reviewed: it comes back',
};
const channels: Record<string, string> = { sms: 'Text message', email: 'Email', letter: 'Letter' };
const message = ({ channel }: Values) => channels[String(channel)] ?? 'Message';

const nowIs = (value: unknown, what = 'The device') => (value ? `. ${what} is now ${status(value)}` : '');
const needChanged: Record<string, string> = {
  add: 'added to what they need',
  drop: 'no longer needed',
  meet: 'met in another way',
  reopen: 'needed again',
};

/** What each type of event says on a timeline. */
export const eventLines: Record<string, (values: Values) => string> = {
  'donation.recorded': (v) =>
    `Donation recorded${typeof v.devices === 'number' ? ` with ${count(v.devices, 'device')}` : ''}${v.receivedOn ? `, arrived on ${day(v.receivedOn)}` : ''}`,
  'device.checked': (v) => {
    const moved = v.from !== v.to ? `. The device is now ${status(v.to)}` : '';
    return `${words(String(v.kind))} check ${v.result === 'pass' ? 'passed' : 'failed'}, done on ${day(v.performedOn)}${moved}`;
  },
  'device.reopened': () => 'Sent back to preparation. Every check is open again',
  'list.exported': (v) =>
    `Took a file of ${count(Number(v.count ?? 0), 'line')} of ${v.kind ? text(v.kind) : 'a list'}`,
  'report.exported': (v) =>
    `Took a file of ${v.report ? `the report “${text(v.report)}”` : 'a report'}${v.suppressed ? ', with small numbers hidden' : ''}`,
  'devices.exported': (v) => `Took a file of ${count(Number(v.count ?? 0), 'device')}`,
  'device.sent_for_repair': (v) =>
    `Sent for repair${v.sentOn ? ` on ${day(v.sentOn)}` : ''}${v.dueOn ? `, expected back on ${day(v.dueOn)}` : ''}`,
  'device.back_from_repair': (v) =>
    `Back from repair${v.backOn ? ` on ${day(v.backOn)}` : ''}${v.result ? `, ${text(v.result)}` : ''}. Every check is open again`,
  'device.arrived': (v) =>
    `${v.from === 'lost' ? 'Found again' : 'Arrived'}${v.condition ? ` in condition ${v.condition}` : ''}${v.to ? `. The device is now ${status(v.to)}` : ''}`,
  'device.given_up': () => 'Given up waiting for it. The device is now lost',
  'device.moved': () => 'Moved to another place',
  'device.retired': (v) =>
    `Retired${v.way ? `: ${text(v.way)}` : ''}${v.disposedOn ? ` on ${day(v.disposedOn)}` : ''}`,
  'losses.exported': (v) => `Took a file of the losses register with ${count(Number(v.count ?? 0), 'line')}`,
  'location.changed': () => 'Place changed',
  'data_plan.fitted': (v) =>
    `SIM fitted${v.assetTag ? ` to ${v.assetTag}` : ''}${v.network ? `: ${v.network}` : ''}${v.expiresOn ? `, its data ends on ${day(v.expiresOn)}` : ''}`,
  'data_plan.recorded': (v) => `SIM recorded${v.network ? `: ${v.network}` : ''}. It lies in the drawer`,
  'data_plan.moved': (v) => `SIM moved${tags(v.assetTags)}`,
  'data_plan.removed': (v) => `SIM taken out${v.assetTag ? ` of ${v.assetTag}` : ''}. It lies in the drawer`,
  'data_plan.activated': (v) =>
    `SIM activated${v.activatedOn ? ` on ${day(v.activatedOn)}` : ''}${v.expiresOn ? `: its data ends on ${day(v.expiresOn)}` : ''}`,
  'data_plan.renewed': (v) =>
    `Data plan renewed${v.durationMonths ? ` for ${count(Number(v.durationMonths), 'month')}` : ''}${v.expiresOn ? `: it ends on ${day(v.expiresOn)}` : ''}`,
  'data_plan.suspended': () => 'SIM suspended',
  'data_plan.resumed': () => 'SIM in use again',
  'data_plan.ended': () => 'Data plan ended',
  'data_offer.added': (v) => `Data offer added${v.network ? `: ${v.network}` : ''}`,
  'data_offer.retired': (v) => `Data offer taken out of the choices${v.network ? `: ${v.network}` : ''}`,
  'patient.contact_state_changed': (v) =>
    ({
      open: 'They may be contacted again',
      paused: 'Contact paused',
      withdrawn: 'They asked for no more contact. What was planned is cancelled',
      deceased: 'They have died. What was planned is cancelled',
    })[String(v.contactState)] ?? 'Contact changed',
  'patient.communication_reviewed': () => 'How to communicate with them was confirmed',
  'patient.contact_point_recorded': (v) =>
    `What they said of a way to reach them was written down${v.channel ? ` (${text(v.channel === 'sms' ? 'text message' : v.channel)})` : ''}`,
  'patient.merged': (v) =>
    `Two records of the same person were merged${v.count ? `: ${count(Number(v.count), 'thing')} went over` : ''}`,
  'patient.parted': () => 'Two records that were merged were parted again',
  'referral.clinic_told': () => 'Their clinic was told that two contacts in a row were missed',
  'patient.alike_again': () => 'May be the same person as another record, looked at again',
  'patient.kept_apart': () => 'Looked like another record, and is someone else',
  'patient.changed': () => 'Their details changed',
  'patient.proposals_decided': (v) =>
    `What a referral says of them was decided: ${v.count ? count(Number(v.count), 'thing') : 'nothing'} taken over`,
  'referral.received': (v) =>
    `Referral received${v.needs ? ` for ${several(v.needs)}` : ''}${v.urgency ? ` (${text(v.urgency)})` : ''}`,
  'referral.accepted': (v) =>
    `Referral accepted${v.to === 'waiting' ? '. It is on the waiting list' : v.to === 'active' ? '. Support begins' : ''}`,
  'referral.reconsidered': () => 'Acceptance taken back: the referral is to be decided again',
  'referral.declined': () => 'Referral declined',
  'referral.asked': () => 'Question for the clinic',
  'referral.answered': (v) =>
    `The clinic’s answer is here${v.to === 'asked' ? '. Another question is open' : ''}`,
  'referral.withdrawn': () => 'Referral withdrawn, with the reason given',
  'webhook.added': () => 'Webhook endpoint added',
  'webhook.changed': () => 'Webhook endpoint changed',
  'webhook.enabled': () => 'Webhook endpoint is told again',
  'webhook.disabled': () => 'Webhook endpoint is no longer told',
  'webhook.secret_changed': () => 'Secret of a webhook endpoint changed',
  'webhook.tested': () => 'Webhook endpoint tested',
  'webhook.resent': () => 'A webhook delivery is sent again',
  'referral.assessed': () => 'What would help was found out with the person',
  'referral.offer_taken_up': () => 'What was suggested was taken up',
  'referral.assigned': (v) =>
    v.staffId ? 'Referral given to a member of staff' : 'Referral given back to everyone',
  'referral.noted': () => 'Note added for the office',
  'referral.need_changed': (v) =>
    `${words(String(several(v.needs)))} ${needChanged[String(v.kind)] ?? 'changed'}, with the reason given`,
  'referral.closed': () => 'Referral closed: everything it asked for is settled',
  'allocation.held': (v) => {
    const passed = Number(v.count ?? 0);
    return `${v.assetTag ?? 'Device'} held for the referral${v.expiresOn ? ` until ${day(v.expiresOn)}` : ''}${passed ? `. ${count(passed, 'person', 'people')} earlier on the waiting list passed over, with a reason` : ''}`;
  },
  'allocation.released': (v) => `${v.assetTag ?? 'Device'} no longer held: released`,
  'allocation.expired': (v) => `${v.assetTag ?? 'Device'} no longer held: its last day has passed`,
  'waiting_list.passed_over': () => 'Passed over on the waiting list, with a reason',
  'loan.issued': (v) => {
    const things = [v.assetTags ?? [], v.accessory ?? []].flat();
    const what = things.length ? ` with ${several(things)}` : '';
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
    return `${several([v.assetTags ?? [], v.accessory ?? []].flat()) || 'Items'} came back${left}`;
  },
  'incident.reported': (v) => {
    const what = incidentWords[v.incidentKind as IncidentKind] ?? 'Incident';
    const told = v.reportedOn ? `, told on ${day(v.reportedOn)}` : '';
    return `${what}: ${v.assetTag ?? 'a device'}${told}${v.handedIn ? ', and handed in' : ''}${nowIs(v.status)}`;
  },
  'incident.action': (v) => {
    const kind = v.kind as ActionKind;
    const what =
      v.status === 'requested'
        ? `Asked for: ${actionWords[kind]?.replace(/^./, (first) => first.toLowerCase())}`
        : (doneWords[kind] ?? 'Something was done');
    if (v.patientData === undefined) return what;
    return `${what}. There was ${v.patientData ? '' : 'no '}patient data on it`;
  },
  'incident.replacement_approved': () => 'A manager approved a replacement above the scheme’s limit',
  'loan.item_replaced': (v) =>
    `${v.replaces ?? 'A device'} was replaced by ${v.assetTag ?? 'another'}${nowIs(v.to, 'The old one')}`,
  'loan.extended': (v) =>
    v.dueOn
      ? `${v.from ? 'Loan extended: now' : 'Loan given a date:'} due back on ${day(v.dueOn)}`
      : `Loan has no date to come back any more${v.reviewOn ? `. It is looked at again on ${day(v.reviewOn)}` : ''}`,
  'loan.reviewed': (v) =>
    `${reviewed[String(v.result)] ?? 'Loan reviewed'}${v.dueOn ? ` by ${day(v.dueOn)}` : v.reviewOn ? `. It is looked at again on ${day(v.reviewOn)}` : ''}`,
  'loan.gifted': (v) => `${several(v.assetTags) || 'The items'} given to keep, as a gift. The loan is closed`,
  'loan.accessories_written_off': (v) =>
    `${several(v.accessory) || 'Accessories'} will not come back${v.status === 'closed' ? '. The loan is closed' : ''}`,
  'accessory.added': (v) => `Accessory added${called(v.accessory)}`,
  'accessory.changed': (v) => `Accessory changed${called(v.accessory)}`,
  'accessory.moved': (v) =>
    `${v.accessory ?? 'Accessory'}${typeof v.quantity === 'number' ? ` × ${v.quantity}` : ''} ${text(v.kind)}`,
  'kit.added': (v) => `Kit added${called(v.kit)}`,
  'kit.changed': (v) => `Kit changed${called(v.kit)}`,
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
  ...privacyLines,
  ...settingsLines,
  'drop_in.added': () => 'Drop-in written down',
  'drop_in.changed': () => 'Drop-in changed',
  'drop_in.cancelled': () => 'Drop-in cancelled',
  'drop_in.attended': () => 'Came to a drop-in',
  'support_plan.added': (v) => `Support plan added${called(v.plan)}`,
  'support_plan.changed': (v) =>
    `Support plan changed${called(v.plan)}${v.planVersion ? `, version ${v.planVersion} from then on` : ''}${v.status === 'retired' ? ', no longer begun' : v.status ? ', offered again' : ''}`,
  'patient.support_plan_given': (v) =>
    `Support plan given${called(v.plan)}${v.planVersion ? `, version ${v.planVersion}` : ''}. ${count(Number(v.count ?? 0), 'follow-up')} planned`,
  'patient.support_stopped': (v) =>
    `Support ended as they wished, with the reason. ${count(Number(v.count ?? 0), 'follow-up')} cancelled`,
  'message.sent': (v) => `${message(v)} sent${v.wording ? ` in the ${text(v.wording)} wording` : ''}`,
  'message.delivered': (v) => `${message(v)} arrived`,
  'message.failed': (v) => `${message(v)} did not arrive. It is said again, or by the next way that is safe`,
  'message.answered': answerLine,
  'template.written': () => 'Wrote a text of messages',
  'template.tested': () => 'Tried a text of messages out',
  'message.held': () => 'Message held back: there is no safe way to send it now',
  'message.cancelled': () => 'Message cancelled before it went out',
  'message.retried': (v) => `${message(v)} put back to be sent${v.from ? ` (it was ${status(v.from)})` : ''}`,
  'task.created': (v) => `Task for staff: ${task(v)}`,
  'task.completed': (v) => `Task done: ${task(v)}`,
  'task.reopened': (v) => `Task opened again: ${task(v)}`,
  'loan_terms.added': (v) => `Loan terms added${v.terms ? `: ${v.terms}` : ''}`,
  'loan_terms.changed': (v) =>
    `Loan terms changed${v.terms ? `: ${v.terms}` : ''}${v.status === 'retired' ? ', no longer offered' : v.status ? ', offered again' : ''}`,
  'search.run': (v) => `Ran a search that found ${count(Number(v.count ?? 0), 'record')}`,
  'organisation.changed': () => 'Organisation changed',
  'organisation.succeeded': () => 'Taken over by another organisation',
  'organisation.added': (v) => `Organisation added as ${text(v.role)}`,
  'location.added': (v) => `Place added: ${text(v.kind)}`,
  'job.asked': () => 'Asked for tonight’s steps to be run again',
  'job.work_retried': (v) => `Let ${count(Number(v.count ?? 0), 'piece')} of work be tried again`,
  'staff.added': (v) => `Account made with the role ${text(v.role)}`,
  'staff.changed': (v) =>
    v.to ? `Role changed from ${text(v.from)} to ${text(v.to)}` : 'Details of the account changed',
  'staff.suspended': (v) =>
    `Suspended: signed out everywhere. ${count(Number(v.count ?? 0), 'follow-up')} became nobody’s`,
  'staff.restored': () => 'Let in again',
  'staff.password_link_made': () => 'A link was made by which they set their password',
  'staff.password_set': () => 'Set their password',
  'staff.signed_in': () => 'Signed in',
  'staff.signed_out': () => 'Signed out',
  'staff.sign_in_refused': () => 'Sign-in refused: the password was wrong',
  'staff.sessions_revoked': (v) => `Signed out everywhere (${count(Number(v.count ?? 0), 'session')})`,
  'referral.sharing_agreed': () => 'They agreed that the clinic is told how it goes',
  'referral.sharing_refused': () => 'They no longer agree that the clinic is told how it goes',
  'referral.sent_again': (v) => `The clinic referred this person again${called(v.reference)}`,
  'referral.answer_link_made': (v) => `Link for the clinic’s answer made, to work until ${day(v.expiresOn)}`,
  'form_link.added': (v) => `Link to the referral form made, to work until ${day(v.expiresOn)}`,
  'form_link.revoked': () => 'Link to the referral form ended',
  'api_client.added': (v) => `API client added with the role ${text(v.role)}`,
  'api_client.changed': () => 'API client changed',
  'api_client.enabled': () => 'API client may call again',
  'api_client.disabled': () => 'API client stopped: none of its keys works',
  'api_client.key_added': () => 'API key made',
  'api_client.key_revoked': () => 'API key revoked',
  'stocktake.started': (v) =>
    `Stocktake${named(v)} started${typeof v.devices === 'number' ? `, with ${count(v.devices, 'device')} expected` : ''}`,
  'stocktake.scanned': (v) =>
    v.verdict === 'unexpected'
      ? `Seen at stocktake${named(v)}, where it is not kept`
      : `Seen at stocktake${named(v)}`,
  'stocktake.missed': (v) => `Not seen at stocktake${named(v)}`,
  'stocktake.closed': (v) =>
    `Stocktake${named(v)} closed: ${Number(v.found ?? 0)} found, ${Number(v.missing ?? 0)} missing, ${Number(v.unexpected ?? 0)} unexpected`,
  'device.lost': (v) => `Recorded as lost${v.reference ? `: not seen at stocktake ${v.reference}` : ''}`,
  'device.seen': () => 'Seen again, after a stocktake had missed it',
  'device.found': () => 'Found again. Every check is open again',
  'required_checks.changed': (v) =>
    `Checks of a ${text(v.kind)} changed: now ${several(v.to)} (before: ${several(v.from)})`,
  'device.check_required': (v) =>
    `A check became required. Still to do: ${several(v.openChecks)}${v.to === 'in_preparation' ? '. The device is now being prepared' : ''}`,
  'device.check_dropped': () =>
    'An open check is no longer required. Nothing is left to do: the device is now ready',
  'device.check_ran_out': (v) => {
    const moved = v.from !== v.to ? `. The device is now ${status(v.to)}` : '';
    return `${words(String(v.kind))} check ran out: the next one was due on ${day(v.nextDue)}${moved}`;
  },
};

const named = ({ reference }: Values) => (reference ? ` ${reference}` : '');

/** What else changed of a follow-up, in sentences. */
function changed({ from, to, way: by, supporterId }: Values): string[] {
  return [
    ...(to && to !== from ? [to === 'confirmed' ? 'Confirmed with the person' : 'No longer confirmed'] : []),
    ...(by ? [`Now ${way(by)}`] : []),
    ...(supporterId === undefined ? [] : [supporterId ? 'Given to a supporter' : 'No supporter has it']),
  ];
}
