import { type DeviceKind, isPersonal } from '../../stock/devices/device-kinds.rules.ts';
import { type ActionKind, type IncidentKind, wipeAfterHours } from './incident.rules.ts';
import { isGone } from './incident.states.ts';

export type Suggestion = { kind: ActionKind; why: string };

/** Behind what happened someone may have made use of the person. */
const mayBePressed: readonly IncidentKind[] = ['pawned', 'sold', 'given_away'];

/** What should be thought of next for an incident, in order. Nothing of it happens by itself. */
export function suggestedActions(incident: {
  kind: IncidentKind;
  deviceKind: DeviceKind;
  hasDataPlan: boolean;
  handedIn: boolean;
  isOfPerson: boolean;
}): Suggestion[] {
  const { kind, deviceKind, hasDataPlan, handedIn, isOfPerson } = incident;
  const suggestions: Suggestion[] = [];
  const gone = isGone.of(kind);
  if (gone && isPersonal(deviceKind)) {
    suggestions.push(
      kind === 'lost'
        ? {
            kind: 'lost_mode',
            why: 'It shows a number to ring to whoever finds it. The message names no clinic.',
          }
        : { kind: 'lock', why: 'Nobody can read what is on it.' },
      {
        kind: 'wipe',
        why:
          kind === 'pawned'
            ? 'It may come back with what is theirs on it: ask them first.'
            : `If it is not back ${wipeAfterHours} hours after it was reported, nothing on it should be left to read.`,
      },
    );
  }
  if (gone && hasDataPlan)
    suggestions.push({ kind: 'suspend_sim', why: 'Nobody else uses the data, or the number.' });
  if (isOfPerson && mayBePressed.includes(kind))
    suggestions.push({
      kind: 'concern',
      why: 'If someone may have pressed them or made use of them: the clinic’s duty contact is spoken to.',
    });
  if (gone && isPersonal(deviceKind))
    suggestions.push({ kind: 'told_ig', why: 'They ask whether there was patient data on it.' });
  if (kind === 'stolen')
    suggestions.push({
      kind: 'told_police',
      why: 'Only if the person wishes. A crime reference is never needed for a replacement.',
    });
  if (!gone && !handedIn)
    suggestions.push({
      kind: 'agree_return',
      why: 'Or replace it: the old one is then due back.',
    });
  if (gone)
    suggestions.push({
      kind: 'found',
      why: kind === 'pawned' ? 'When it is out of pawn and here.' : 'If it turns up. Many do.',
    });
  return suggestions;
}
