/** What each step of the night does, in words for the Jobs page; the key is its name in `job_run`. */
export const stepWords: Record<string, string> = {
  'allocations-that-expire': 'Devices let go that were held for too long',
  'follow-up-reminders': 'Reminders of follow-ups planned',
  'supporter-digests': 'Emails to supporters about their next day planned',
  'loan-reminders': 'Reminders of loans due back or overdue planned',
  'devices-gone-a-day': 'Devices gone for a day: tasks to decide about erasing',
  'data-ending': 'Mobile data that ends: tasks',
  'data-reminders': 'Reminders of mobile data that ends planned',
  gather: 'Messages made of what is due together',
  'checks-that-run-out': 'Devices whose checks ran out',
  'loans-long-overdue': 'Loans three weeks overdue: tasks',
  'contacts-to-check-again': 'Ways of contact to check again: tasks',
  'referrals-late': 'Referrals that wait too long: tasks',
  'preparation-late': 'Devices in preparation for too long: tasks',
  'dbs-checks-due': 'DBS checks to repeat: tasks',
  'calendar-ends': 'Bank holidays that run out: tasks',
  retention: 'People whose time is over proposed for erasure',
};

type StepRun = {
  startedAt: string;
  movedAt: string | null;
  finishedAt: string | null;
  supersededAt: string | null;
};
export const runStates = ['done', 'running', 'broken_off', 'taken_over'] as const;
export type RunState = (typeof runStates)[number];

/** A step that has not moved for so many minutes has lost its worker; the next night, or a person, runs it again. */
const lostAfterMinutes = 15;

/**
 * How a night stands, from its steps.
 * @param now ISO 8601 instant
 */
export function stateOf(steps: StepRun[], now: string): RunState {
  if (steps.some(({ supersededAt }) => supersededAt)) return 'taken_over';
  const open = steps.filter(({ finishedAt }) => !finishedAt);
  if (!open.length) return 'done';
  const since = Math.max(...open.map(({ startedAt, movedAt }) => Date.parse(movedAt ?? startedAt)));
  return Date.parse(now) - since < lostAfterMinutes * 60_000 ? 'running' : 'broken_off';
}
