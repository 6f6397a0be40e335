import type { Action } from '../access/permissions.ts';
import { formatTasks } from './format-tasks.rules.ts';

type TaskRule = {
  /** What to do, as lists show it. */
  what: string;
  /** Who may do it, and so close the task. */
  by: Action;
  /** The page where it is done, by the subject’s id; left out where that is the task’s own. */
  page?: (subjectId: string) => string;
  /** Closes by itself: after “when”. By hand it then wants why. */
  closesWhen?: string;
  /** Closes by nothing but a conversation: with whom, when, and what was agreed. */
  bySpeaking?: true;
};

const ofPatient = { by: 'patients.change', page: (id: string) => `/patients/${id}` } as const;
const ofReferral = { by: 'referrals.decide', page: (id: string) => `/referrals/${id}` } as const;
const ofLoan = { by: 'loans.extend', page: (id: string) => `/loans/${id}` } as const;
const ofDevice = { by: 'devices.prepare', page: (id: string) => `/devices/${id}` } as const;
const ofPlan = { by: 'data-plans.manage', page: (id: string) => `/devices/${id}` } as const;
const ofIncident = { by: 'incidents.act', page: (id: string) => `/incidents/${id}` } as const;
const ofPerson = { by: 'tasks.complete' } as const;

/**
 * What staff are asked to do, by kind: who may close it, by what it closes by itself, and where it is done. Closing
 * any of them by hand wants a few words on what was done.
 */
export const taskKinds = {
  may_be_one_person: {
    what: 'This may be the same person as another record: compare the two before anything is sent to either',
    by: 'patients.change',
    page: (id: string) => `/patients/${id}/duplicates`,
    closesWhen: 'the two are merged, or kept apart',
  },
  no_safe_contact: {
    what: 'Find a safe way to reach this person',
    ...ofPatient,
    closesWhen: 'there is a safe way to reach them',
  },
  number_stopped: {
    what: 'Their number went back with a device: ask for another way to reach them',
    ...ofPatient,
    closesWhen: 'there is a safe way to reach them',
  },
  no_time_to_contact: {
    what: 'Their hours leave no time for a message: ring them, or ask for other hours',
    ...ofPatient,
    closesWhen: 'they give other hours, or another way to reach them',
  },
  no_sender: {
    what: 'No sender is set up for messages of their wording: ring them, and tell the administrator',
    ...ofPerson,
    closesWhen: 'a message to them goes out',
  },
  format_needed: {
    what: 'They need a format in which nothing can be sent: find out what suits them',
    ...ofPatient,
    closesWhen: 'it is written down how to communicate with them',
  },
  ...formatTasks,
  provider_refuses: {
    what: 'The provider of messages refuses ours: look at its settings',
    by: 'messages.retry',
    page: () => '/messages',
    closesWhen: 'it takes a message again',
  },
  letter_returned: {
    what: 'A letter came back: ask for the right address',
    ...ofPatient,
    closesWhen: 'their address is changed',
  },
  asked_to_stop: {
    what: 'They asked us to stop: nothing goes to that number or address now. Ask what they would like instead',
    ...ofPerson,
  },
  tell_of_change: {
    what: 'They were told of something that is off or has changed, and no message can say so in time: tell them as they wish',
    ...ofPerson,
  },
  tell_news: {
    what: 'There is news for everyone concerned, and they are not to be written to: tell them all that the task shows, as they wish',
    ...ofPerson,
  },
  asked_to_cancel: {
    what: 'They want to call off what they were told of: read what they wrote, and ring back',
    ...ofPerson,
  },
  asked_to_move: { what: 'They ask for another time: read what they wrote, and ring back', ...ofPerson },
  asked_to_ring: { what: 'They ask to be rung', ...ofPerson },
  said_lost: {
    what: 'They say that something is lost: ring them, and report it with them kindly',
    ...ofPerson,
    closesWhen: 'an incident is reported of what they have',
  },
  said_run_out: {
    what: 'They say that something has run out: ring them, and look at their data plan',
    ...ofPerson,
    closesWhen: 'their mobile data is renewed',
  },
  said_found: {
    what: 'Somebody found a device of ours: read what they wrote, and see how it comes back',
    ...ofPerson,
  },
  asked_for_help: { what: 'They ask for help with what they have: ring them', ...ofPerson },
  asked_for_charger: { what: 'They ask for a charger: ring them, and send one', ...ofPerson },
  inbound_text: { what: 'They sent a text: read it and ring back', ...ofPerson },
  check_contact_proposal: {
    what: 'A new referral says otherwise of this person: decide what applies',
    ...ofReferral,
    closesWhen: 'everything it says otherwise is decided',
  },
  clinic_answered: {
    what: 'The clinic answered: decide about the referral',
    ...ofReferral,
    closesWhen: 'the referral is decided',
  },
  fetch_kit: {
    what: 'Help has ended: ask for what is still out, once and kindly, and the clinic only if it may be told',
    ...ofLoan,
    closesWhen: 'the loan is closed',
  },
  referral_sent_again: {
    what: 'A clinic referred this person again by the form: read what it says now',
    ...ofReferral,
    closesWhen: 'the referral is decided',
  },
  support_to_agree: {
    what: 'Only they make contact, so no follow-up is planned: agree with them how they are supported',
    ...ofPatient,
    closesWhen: 'a follow-up is planned with them',
  },
  missed_twice: {
    what: 'Two follow-ups missed in a row: call back',
    ...ofPerson,
    closesWhen: 'a follow-up with them is done',
  },
  concern: {
    what: 'A concern was raised: speak to the clinic’s duty contact',
    ...ofPerson,
    bySpeaking: true,
  },
  loan_overdue: {
    what: 'A loan is three weeks overdue: ring them, and extend it, or let it go',
    ...ofLoan,
    closesWhen: 'the loan is extended or closed',
  },
  data_ending: {
    what: 'The mobile data on a loan ends: renew it, or change the SIM',
    by: 'data-plans.manage',
    page: (id: string) => `/data-plans/${id}`,
    closesWhen: 'the data is renewed, or the SIM leaves the loan',
  },
  message_unknown: {
    what: 'Find out whether a message arrived',
    by: 'messages.retry',
    page: (id: string) => `/messages/${id}`,
    closesWhen: 'it is known what became of it, or it is sent again',
  },
  secure_device: {
    what: 'A device is gone: see what should be done with it and its SIM',
    ...ofIncident,
    closesWhen: 'the incident is closed',
  },
  wipe_device: {
    what: 'A device has been gone for a day: decide whether to erase it from afar',
    ...ofIncident,
    closesWhen: 'it is to be erased, or the incident is closed',
  },
  approve_replacement: {
    what: 'A replacement above the scheme’s limit waits for a manager',
    by: 'incidents.approve',
    page: (id: string) => `/incidents/${id}`,
    closesWhen: 'it is approved, or the incident is closed',
  },
  missing_at_stocktake: {
    what: 'Not seen at a stocktake: look for it, or record it as missing there',
    ...ofDevice,
    closesWhen: 'it is seen, or recorded as lost',
  },
  unexpected_at_stocktake: {
    what: 'Seen at a stocktake where it should not be: take it to its place, or keep it there',
    ...ofDevice,
    closesWhen: 'its place is recorded',
  },
  suspend_sim: {
    what: 'Its device is lost: suspend the SIM',
    ...ofPlan,
    closesWhen: 'the SIM is suspended, ended or taken out',
  },
  allocation_expired: {
    what: 'A device is no longer held for this referral, its time is over: hold one again, or leave it in stock',
    by: 'waiting-list.allocate',
    page: (id: string) => `/referrals/${id}`,
    closesWhen: 'one is held or issued again, or the referral ends',
  },
  webhook_failed: {
    what: 'A clinic’s system could not be told of changes for three days: look at its webhooks',
    by: 'clinics.manage',
    page: (id: string) => `/settings/clinics/${id}/webhooks`,
    closesWhen: 'it can be told again',
  },
  recheck_contact: {
    what: 'A way to reach them was to be checked again by now: ask whether it is still safe',
    ...ofPatient,
    closesWhen: 'each is checked again',
  },
  referral_late: {
    what: 'A referral waits for its decision longer than it should',
    ...ofReferral,
    closesWhen: 'the referral is decided',
  },
  preparation_late: {
    what: 'A device is in preparation for more than two weeks: finish it, or send it for repair',
    ...ofDevice,
    closesWhen: 'it is ready, in repair or gone',
  },
  dbs_due: {
    what: 'A supporter’s DBS check is to be repeated soon: arrange it, and record its day',
    by: 'staff.manage',
    page: (id: string) => `/settings/staff/${id}`,
    closesWhen: 'its day is recorded',
  },
  referrals_of_nobody: {
    what: 'Someone has left, or does something else, and their open referrals are nobody’s: give them to someone',
    by: 'referrals.decide',
    page: () => '/referrals?status=all&assigned=nobody',
  },
  support_of_nobody: {
    what: 'Someone has left, or does something else, and their follow-ups and drop-ins are nobody’s: give them to someone',
    by: 'follow-ups.plan',
    page: () => '/support?from=2000-01-01&status=ahead&supporter=none',
  },
  work_of_who_left: {
    what: 'Open work is still of someone who may no longer do it: give it to someone, or to nobody',
    by: 'staff.manage',
    page: (id: string) => `/settings/staff/${id}/suspensions`,
    closesWhen: 'nothing is theirs any more',
  },
  guide_review: {
    what: 'A guide is to be looked at again by now: read it with people who use it, and give the next day',
    by: 'guides.write',
    page: (id: string) => `/settings/guides/${id}`,
    closesWhen: 'a later day is given, or it is no longer offered',
  },
  calendar_ends: {
    what: 'The bank holidays that Lendwell knows end soon: add those of the years to come',
    by: 'settings.change',
    page: () => '/settings/calendar',
    closesWhen: 'they are added',
  },
  retention_due: {
    what: 'People whose time is over are proposed for erasure: a manager looks at them and decides',
    by: 'patients.erase',
    page: (id: string) => `/settings/retention/${id}`,
    closesWhen: 'it is decided about them',
  },
  updates_ending: {
    what: 'The security updates of a device that is lent or held end too soon: offer another in its place',
    by: 'devices.accept-updates',
    page: (id: string) => `/devices/${id}`,
    closesWhen:
      'it is back or no longer held, another took its place, a manager says why it may stay, or they last longer',
  },
  check_ran_out: {
    what: 'A device that is held for someone has a check to do before it can go out',
    ...ofDevice,
    closesWhen: 'the check is passed, or it is no longer held',
  },
} as const satisfies Record<string, TaskRule>;
export type TaskKind = keyof typeof taskKinds;

export const taskStatuses = ['open', 'done'] as const;

/** Minutes within which a task that was closed by hand can be opened again. */
export const reopenMinutes = 15;

/** What is laid down for a kind. */
export const ruleOf = (kind: TaskKind): TaskRule => taskKinds[kind];

/** Where a task is done: the page of what it is about, or its own. */
export function placeOf({ id, kind, subject }: { id: string; kind: TaskKind; subject: { id: string } }) {
  return ruleOf(kind).page?.(subject.id) ?? `/tasks/${id}`;
}

/** Whether a task may be closed with others in one go: none that is urgent, closes by itself or wants a conversation. */
export const closesTogether = ({ kind, urgent }: { kind: TaskKind; urgent: boolean }) =>
  !urgent && !ruleOf(kind).closesWhen && !ruleOf(kind).bySpeaking;
