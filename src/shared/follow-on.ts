import type { EventType, SubjectType } from './events.ts';
import type { Work } from './work.ts';

/** What has just been written to the event log. */
export type Happened = {
  id: string;
  type: EventType;
  subjects: [SubjectType, string][];
  values: object;
  fields: string[];
};

/**
 * What happens together with events, in the command's own transaction: it is given all of its events that were
 * recorded together, so that it needs the same few statements however many.
 */
export type Follower = (work: Work, events: Happened[]) => Promise<void>;

/** What happens after an event, by the outbox. */
export const handlerNames = [
  'plan-reminders',
  'erase-batch',
  'run-nightly',
  'tell-clinic',
  'work-on-list',
  'settle-formats',
  'settle-formats-of-all',
] as const;
export type HandlerName = (typeof handlerNames)[number];

/** What follows from each type of event: with it, in this order; and after it. */
export type FollowOn = { [Type in EventType]?: { with?: Follower[]; after?: HandlerName[] } };

/** Ids of the things of one kind that events are about, each once. */
export function idsOf(events: Happened[], kind: SubjectType): string[] {
  const subjects = events.flatMap((event) => event.subjects.filter(([type]) => type === kind));
  return [...new Set(subjects.map(([, id]) => id))];
}

/** The followers of events, each once with the events that it follows, in the order of the table. */
export function followersOf(table: FollowOn, events: Happened[]): Map<Follower, Happened[]> {
  const found = new Map<Follower, Happened[]>();
  for (const event of events)
    for (const follower of table[event.type]?.with ?? [])
      found.set(follower, [...(found.get(follower) ?? []), event]);
  return found;
}
