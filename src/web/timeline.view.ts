import { type Action, may } from '../access/permissions.ts';
import { events } from '../events.ts';
import type { Actor } from '../shared/actor.ts';
import type { EventDefinitions } from '../shared/event-definitions.ts';
import { inWords } from '../shared/formats.ts';
import type { TimelineEntry } from '../shared/schemas.ts';

/** By the types of the database, where an old row may have one that nothing records any more. */
const definitions: EventDefinitions = events;

/** The pages of the things that events are about. */
const places: Record<string, { path: string; name: string; action: Action }> = {
  device: { path: '/devices/', name: 'device', action: 'devices.read' },
  donation: { path: '/donations/', name: 'donation', action: 'donations.read' },
  referral: { path: '/referrals/', name: 'referral', action: 'referrals.read' },
  loan: { path: '/loans/', name: 'loan', action: 'loans.read' },
  follow_up: { path: '/follow-ups/', name: 'follow-up', action: 'follow-ups.read' },
  message: { path: '/messages/', name: 'message', action: 'messages.read' },
  stocktake: { path: '/stocktakes/', name: 'stocktake', action: 'stocktakes.read' },
  data_plan: { path: '/data-plans/', name: 'data plan', action: 'data-plans.read' },
  accessory: { path: '/accessories/', name: 'accessory', action: 'accessories.read' },
  task: { path: '/tasks/', name: 'task', action: 'tasks.read' },
};

export type TimelineLine = {
  at: string;
  who: string;
  what: string;
  /** What a person wrote with it, which the log does not hold. */
  note?: string | undefined;
  links: { href: string; text: string }[];
};

/**
 * Events as lines of a timeline.
 * @param of id of the thing whose page this is: it needs no link to itself
 * @param reader whoever reads them, on a page that is also for those who may not open all they are about
 * @param doneOf what was done about tasks that were closed by hand, by the task
 */
export function timelineLines(
  entries: TimelineEntry[],
  of: string,
  reader?: Pick<Actor, 'role'>,
  doneOf: ReadonlyMap<string, string> = new Map(),
): TimelineLine[] {
  const untold = new Map(doneOf);
  return entries.map(({ at, actor, type, values, subjects }) => {
    const own = subjects.find(({ id }) => id === of)?.type;
    const others = subjects.filter((subject) => subject.id !== of && places[subject.type]);
    const alone = (kind: string) => others.filter((other) => other.type === kind).length === 1;
    const links = others
      .filter(({ type }) => alone(type) && (!reader || may(reader, places[type]!.action)))
      .map(({ type: kind, id }) => ({
        href: places[kind]!.path + id,
        text: `See the ${kind === own ? 'other ' : ''}${places[kind]!.name}`,
      }));
    const what = definitions[type]?.line(values) ?? inWords(type.replaceAll('.', ' '));
    // What counts is the last time that a task was closed, which comes first.
    const task =
      type === 'task.completed' ? subjects.find((subject) => subject.type === 'task')?.id : undefined;
    const note = task && untold.get(task);
    if (task) untold.delete(task);
    return { at, who: actor.name, what, note, links };
  });
}
