import type { EventType } from './events.ts';

/** Which handlers follow which event. `src/handlers.ts` has the function for each name. */
export const eventHandlers: Partial<Record<EventType, string[]>> = {
  'loan.issued': ['plan-reminders', 'tell-clinic'],
  'referral.accepted': ['plan-reminders', 'tell-clinic'],
  'referral.reconsidered': ['tell-clinic'],
  'referral.declined': ['tell-clinic'],
  'referral.asked': ['tell-clinic'],
  'referral.answered': ['tell-clinic'],
  'referral.withdrawn': ['tell-clinic'],
  'referral.need_changed': ['plan-reminders', 'tell-clinic'],
  'referral.clinic_told': ['tell-clinic'],
  'referral.closed': ['tell-clinic'],
  'referral.sharing_agreed': ['tell-clinic'],
  'referral.sharing_refused': ['tell-clinic'],
  'patient.contact_state_changed': ['plan-reminders'],
  'patient.support_plan_given': ['plan-reminders'],
  'follow_up.moved': ['plan-reminders'],
  'follow_up.added': ['plan-reminders'],
  'job.asked': ['run-nightly'],
  'retention_batch.approved': ['erase-batch'],
};

/** Each handler once. */
export const handlerNames: string[] = [...new Set(Object.values(eventHandlers).flat())];
