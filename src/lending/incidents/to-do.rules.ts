import { count } from '../../shared/formats.ts';
import { type ActionKind, type IncidentStatus, type ThingKind, thingKinds } from './incident.rules.ts';
import type { Action } from './incident.schemas.ts';
import type { Suggestion } from './suggestion.rules.ts';

const isThing = (kind: string): kind is ThingKind => (thingKinds as readonly string[]).includes(kind);

/** One line of what is to be done, with the last that was written down of it. */
type Thing = {
  kind: ThingKind;
  /** Why it is thought of; empty where it was somebody's own idea. */
  why: string;
  status: 'to_do' | 'asked' | 'done' | 'not_needed';
  last: Action | undefined;
};

/** What fits an incident, and why; another device may be what fits. */
export type Fitting = { kind: ActionKind | 'replaced'; why: string };

/** What stands of each kind: the last line that was not taken back. */
export function standingActions(actions: Action[]): Map<string, Action> {
  return new Map(
    actions.filter(({ status }) => status !== 'taken_back').map((action) => [action.kind, action]),
  );
}

/**
 * What is to be done about an incident: what fits it, in order, and what was done beside that.
 * @param suggested what fits, whether it was done or not
 */
export function thingsToDo(suggested: Fitting[], actions: Action[]): Thing[] {
  const standing = standingActions(actions);
  const fits = suggested.flatMap(({ kind, why }) => (isThing(kind) ? { kind, why } : []));
  const beside = thingKinds.filter((kind) => standing.has(kind) && !fits.some((one) => one.kind === kind));
  return [...fits, ...beside.map((kind) => ({ kind, why: '' }))].map((thing) => {
    const last = standing.get(thing.kind);
    return { ...thing, last, status: last && last.status !== 'taken_back' ? last.status : 'to_do' };
  });
}

/**
 * Why a line of an incident's story cannot be taken back, in a sentence; nothing where it can. What went on from it is
 * put right where it went.
 */
export function whyActionStays({ kind, status }: Pick<Action, 'kind' | 'status'>): string | undefined {
  if (status === 'taken_back') return 'It was taken back already.';
  if (status !== 'done') return undefined;
  if (kind === 'suspend_sim') return 'The SIM is suspended. Resume it on its own page.';
  if (kind === 'concern') return 'Staff have a task about it. Say there what came of it.';
  if (kind === 'replaced' || kind === 'approved') return 'It is part of the replacement.';
  if (kind === 'found' || kind === 'write_off' || kind === 'closed') return 'It ended the incident.';
  return undefined;
}

/** How an incident stands, in one sentence. */
export function incidentStanding(
  incident: { status: IncidentStatus; isLost: boolean },
  things: Pick<Thing, 'status'>[],
): string {
  if (incident.status === 'recorded_by_mistake') return 'It was recorded by mistake, and counts nowhere.';
  if (incident.status === 'closed') return 'The incident is closed.';
  const open = things.filter(({ status }) => status === 'to_do').length;
  const asked = things.filter(({ status }) => status === 'asked').length;
  const waits = asked
    ? `${count(asked, 'thing')} ${asked === 1 ? 'is' : 'are'} asked for and not done yet.`
    : '';
  if (open) return `${count(open, 'thing')} to do or to rule out.${waits && ` ${waits}`}`;
  const ends = incident.isLost
    ? 'It ends when the device is found or written off.'
    : 'It ends when you close it.';
  return `${waits || 'All is done or ruled out.'} ${ends}`;
}

/** What of the kinds is left to think of, in order: nothing of it stands yet. */
export const notYet = (suggested: Suggestion[], actions: Action[]): Suggestion[] => {
  const standing = standingActions(actions);
  return suggested.filter(({ kind }) => !standing.has(kind));
};
