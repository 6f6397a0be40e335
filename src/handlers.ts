import { planForEvent } from './messages/reminder.commands.ts';
import { runAskedNight } from './nightly/job-run.commands.ts';
import { eraseBatch } from './privacy/retention-batch.commands.ts';
import { handlerNames } from './shared/event-handlers.ts';
import type { Handler } from './shared/outbox.ts';
import { tellClinic } from './webhooks/delivery.commands.ts';

/** The function of each handler that shared/event-handlers.ts names. */
export const handlers: Record<string, Handler> = {
  'plan-reminders': planForEvent,
  'erase-batch': eraseBatch,
  'run-nightly': runAskedNight,
  'tell-clinic': tellClinic,
};

/** Start fails unless each name has its function and each function a name. */
export function assertHandlersComplete(): void {
  const named = new Set(handlerNames);
  const missing = [...named].filter((name) => !handlers[name]);
  const unused = Object.keys(handlers).filter((name) => !named.has(name));
  if (missing.length || unused.length)
    throw new Error(`handlers: no function for [${missing}], no event for [${unused}]`);
}
