/** What staff are asked to do, by kind: the sentence that the list shows. */
export const taskKinds = {
  no_safe_contact: 'Find a safe way to reach this person',
  number_stopped: 'Their number went back with a device: ask for another way to reach them',
  no_time_to_contact: 'Their hours leave no time for a message: ring them, or ask for other hours',
  no_sender: 'No sender is set up for messages of their wording: ring them, and tell the administrator',
  format_needed: 'They need a format in which nothing can be sent: find out what suits them',
  provider_refuses: 'The provider of messages refuses ours: look at its settings',
  letter_returned: 'A letter came back: ask for the right address',
  asked_to_stop:
    'They asked us to stop: nothing goes to that number or address now. Ask what they would like instead',
  asked_to_move: 'They ask for another time: read what they wrote, and ring back',
  asked_to_ring: 'They ask to be rung',
  said_lost: 'They say that something is lost: ring them, and report it with them kindly',
  said_run_out: 'They say that something has run out: ring them, and look at their data plan',
  inbound_text: 'They sent a text: read it and ring back',
  check_contact_proposal: 'A new referral says otherwise of this person: decide what applies',
  clinic_answered: 'The clinic answered: decide about the referral',
  fetch_kit: 'Help has ended: ask the clinic for what is still out, once and kindly',
  referral_sent_again: 'A clinic referred this person again by the form: read what it says now',
  support_to_agree:
    'Only they make contact, so no follow-up is planned: agree with them how they are supported',
  missed_twice: 'Two follow-ups missed in a row: call back',
  concern: 'A concern was raised at a follow-up: speak to the clinic’s duty contact',
  loan_overdue: 'A loan is three weeks overdue: ring them, and extend it, or let it go',
  data_ending: 'The mobile data on a loan ends: renew it, or change the SIM',
  message_unknown: 'Find out whether a message arrived',
  secure_device: 'A device is gone: see what should be done with it and its SIM',
  wipe_device: 'A device has been gone for a day: decide whether to erase it from afar',
  approve_replacement: 'A replacement above the scheme’s limit waits for a manager',
  missing_at_stocktake: 'Not seen at a stocktake: look for it, or record it as missing there',
  unexpected_at_stocktake:
    'Seen at a stocktake where it should not be: take it to its place, or keep it there',
  suspend_sim: 'Its device is lost: suspend the SIM',
  allocation_expired:
    'A device is no longer held for this referral, its time is over: hold one again, or leave it in stock',
  webhook_failed: 'A clinic’s system could not be told of changes for three days: look at its webhooks',
  recheck_contact: 'A way to reach them was to be checked again by now: ask whether it is still safe',
  referral_late: 'A referral waits for its decision longer than it should',
  preparation_late: 'A device is in preparation for more than two weeks: finish it, or send it for repair',
  dbs_due: 'A supporter’s DBS check is to be repeated soon: arrange it, and record its day',
  calendar_ends: 'The bank holidays that Lendwell knows end soon: add those of the years to come',
  retention_due: 'People whose time is over are proposed for erasure: a manager looks at them and decides',
  check_ran_out: 'A device that is held for someone has a check to do before it can go out',
} as const;
export type TaskKind = keyof typeof taskKinds;

export const taskStatuses = ['open', 'done'] as const;
