import { type Form, newForm } from '../../web/forms.ts';
import {
  type ActionKind,
  isBeforeWipe,
  type ThingKind,
  thingKinds,
  wipeAfterHours,
} from './incident.rules.ts';
import type { Incident } from './incident.schemas.ts';
import type { Suggestion } from './suggestion.rules.ts';
import { thingsToDo, whyActionStays } from './to-do.rules.ts';

/** A press that says how something stands: the field of its button, or that what was asked for is done. */
type Way = { text: string; name?: string; value?: string; isConfirmed?: true };

const asked: Way = { text: 'Asked for', name: 'confirmed', value: 'no' };
const done: Way = { text: 'Done', name: 'confirmed', value: 'yes' };

/** How something can be said to stand, where it may be written down at all. */
function waysOf(kind: ThingKind, status: string): Way[] {
  if (status === 'done' || kind === 'replaced') return [];
  if (kind === 'told_ig')
    return [
      { text: 'Told: there was patient data', name: 'patientData', value: 'yes' },
      { text: 'Told: there was none', name: 'patientData', value: 'no' },
    ];
  if (kind === 'concern') return [{ text: 'Raise a concern' }];
  if (kind === 'agree_return') return [{ text: 'Agreed' }];
  if (kind === 'told_police') return [{ text: 'Told' }];
  return status === 'asked' ? [{ text: 'Done', isConfirmed: true }] : [asked, done];
}

/** What something asks for beside the press. */
function asksFor(kind: ThingKind, isEarly: boolean): { name: string; label: string } | undefined {
  if (kind === 'told_police') return { name: 'crimeReference', label: 'Crime reference (optional)' };
  if (kind === 'locate') return { name: 'note', label: 'Why: to locate it is to find out where a person is' };
  if (kind === 'agree_return') return { name: 'note', label: 'How it comes (optional)' };
  if (kind === 'wipe' && isEarly)
    return { name: 'note', label: `Why it cannot wait until ${wipeAfterHours} hours have passed` };
  return undefined;
}

/**
 * The lines of an incident's page: what fits it, and what else could be done, each with the presses that say how it
 * stands.
 * @param suggested what fits, whether it was done or not
 * @param who what may be written down now by who looks; `now` is an instant, ISO 8601
 */
export function toDoView(
  incident: Pick<Incident, 'actions' | 'status' | 'reportedAt' | 'replacement'>,
  suggested: Suggestion[],
  { open, canReplace, now }: { open: ActionKind[]; canReplace: boolean; now: string },
) {
  const isEarly = isBeforeWipe(incident.reportedAt, now);
  const isOpen = incident.status === 'open';
  const mayWrite = (kind: ThingKind) => kind !== 'replaced' && open.includes(kind);
  const line = <T extends { kind: ThingKind; status: string }>(thing: T) => ({
    ...thing,
    ways: mayWrite(thing.kind) ? waysOf(thing.kind, thing.status) : [],
    asks: thing.status === 'asked' || thing.status === 'done' ? undefined : asksFor(thing.kind, isEarly),
  });
  const replacing =
    canReplace || incident.replacement
      ? [{ kind: 'replaced' as const, why: 'If they want another device.' }]
      : [];
  const things = thingsToDo([...replacing, ...suggested], incident.actions).map((thing) => ({
    ...line(thing),
    mayRuleOut: isOpen && (thing.status === 'to_do' || thing.status === 'asked'),
    mayTakeBack: thing.last !== undefined && thing.status !== 'to_do' && !whyActionStays(thing.last),
  }));
  const others = thingKinds
    .filter((kind) => mayWrite(kind) && !things.some((thing) => thing.kind === kind))
    .map((kind) => line({ kind, status: 'new', why: '' }));
  return { things, others };
}

/** The form of each line: the one that was refused as it was typed, the others new. */
export const formsOfLines = (kinds: string[], sent: Form | undefined): Record<string, Form> =>
  Object.fromEntries(
    kinds.map((kind) => [kind, sent?.typed.kind === kind ? atItsLine(sent) : { ...newForm(), prefix: kind }]),
  );

/** A refused form, its fields kept apart from those of the other lines. */
export const atItsLine = (sent: Form): Form => ({ ...sent, prefix: String(sent.typed.kind ?? 'do') });
