/** What staff are asked to do, by kind: the sentence that the list shows. */
export const taskKinds = {
  no_safe_contact: 'Find a safe way to reach this person',
  number_stopped: 'Their number went back with a device: ask for another way to reach them',
  no_time_to_contact: 'Their hours leave no time for a message: ring them, or ask for other hours',
  check_contact_proposal: 'A new referral says otherwise about contact: decide what applies',
  missed_twice: 'Two follow-ups missed in a row: call back',
  concern: 'A concern was raised at a follow-up: speak to the clinic’s duty contact',
  message_unknown: 'Find out whether a message arrived',
  check_ran_out: 'A device that is held for someone has a check to do before it can go out',
} as const;
export type TaskKind = keyof typeof taskKinds;

export const taskStatuses = ['open', 'done'] as const;
