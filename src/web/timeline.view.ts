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

type Piece = { text: string; href?: string };

export type TimelineLine = {
  at: string;
  who: string;
  /** The sentence, in which the things that it is about are links. */
  pieces: Piece[];
  /** What a person wrote with it, which the log does not hold. */
  note?: string | undefined;
  /** What the same person did of the same kind just before, folded below the last of it. */
  more: TimelineLine[];
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
  const lines = inOrder(entries).map(({ at, actor, type, values, subjects }) => {
    const own = subjects.find(({ id }) => id === of)?.type;
    const others = subjects.filter((subject) => subject.id !== of && places[subject.type]);
    const isNamed = ({ type: kind, name }: Subject) =>
      name || others.filter((other) => other.type === kind).length === 1;
    const things = others
      .filter((one) => isNamed(one) && (!reader || may(reader, places[one.type]!.action)))
      .map(({ type: kind, id, name }) => ({
        href: places[kind]!.path + id,
        text: name ?? `the ${kind === own ? 'other ' : ''}${places[kind]!.name}`,
      }));
    const what = definitions[type]?.line(values) ?? inWords(type.replaceAll('.', ' '));
    // What counts is the last time that a task was closed, which comes first.
    const task =
      type === 'task.completed' ? subjects.find((subject) => subject.type === 'task')?.id : undefined;
    const note = task && untold.get(task);
    if (task) untold.delete(task);
    return { type, line: { at, who: actor.name, pieces: sentence(what, things), note, more: [] } };
  });
  return folded(lines);
}

type Subject = TimelineEntry['subjects'][number];

/** The newest first. What was taken over from before has ids that are younger than its day. */
const inOrder = (entries: TimelineEntry[]) =>
  entries.toSorted((one, other) => other.at.localeCompare(one.at) || other.id.localeCompare(one.id));

/** Of more things than these a sentence names only those that it has words for: a donation's devices are on its page. */
const mostAfter = 4;

/** A sentence with each thing that it names as a link, and after it those that it does not name. */
function sentence(what: string, things: Required<Piece>[]): Piece[] {
  let pieces: Piece[] = [{ text: what }];
  const after: Required<Piece>[] = [];
  for (const thing of things) {
    const at = pieces.findIndex(({ text, href }) => !href && text.includes(thing.text));
    const [before, ...rest] = pieces[at]?.text.split(thing.text) ?? [];
    if (before === undefined) after.push(thing);
    else pieces = pieces.toSpliced(at, 1, { text: before }, thing, { text: rest.join(thing.text) });
  }
  const told = after.length > mostAfter ? [] : after;
  return [...pieces, ...told.flatMap((thing, at) => [{ text: at ? ', ' : ': ' }, thing])].filter(
    ({ text }) => text,
  );
}

/** How many of a kind by one person, one after the other on one day, are a run. */
const run = 3;

/** Lines in which a run of one kind is one line, with the others of it below. */
function folded(lines: { type: string; line: TimelineLine }[]): TimelineLine[] {
  const runs: { type: string; line: TimelineLine }[][] = [];
  for (const next of lines) {
    const last = runs.at(-1);
    const goesOn =
      last?.[0]?.type === next.type &&
      last[0].line.who === next.line.who &&
      last[0].line.at.slice(0, 10) === next.line.at.slice(0, 10);
    if (last && goesOn) last.push(next);
    else runs.push([next]);
  }
  return runs.flatMap((one) => {
    const all = one.map(({ line }) => line);
    const [first, ...more] = all;
    return first && all.length >= run ? [{ ...first, more }] : all;
  });
}
