/** Which handlers follow which event. `src/handlers.ts` has the function for each name. */
export const eventHandlers: Record<string, string[]> = {
  'loan.issued': ['plan-reminders'],
  'referral.accepted': ['plan-reminders'],
  'follow_up.moved': ['plan-reminders'],
  'follow_up.added': ['plan-reminders'],
};
