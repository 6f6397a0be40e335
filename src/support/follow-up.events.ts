import Type, { type Static } from 'typebox';
import { tellableWhys } from '../messages/why.rules.ts';
import { defineEvents } from '../shared/event-definitions.ts';
import { day, flag, id, schemeWord } from '../shared/event-values.ts';
import { date, time as showTime } from '../shared/formats.ts';
import { nullable, oneOf, time } from '../shared/schemas.ts';
import { called, inside } from '../shared/sentences.ts';
import {
  type FollowUpStatus,
  followUpStatuses,
  outcomeResults,
  type Way,
  ways,
  wayWords,
} from './support.rules.ts';

const status = oneOf(followUpStatuses);
const change = {
  from: Type.Optional(status),
  to: Type.Optional(status),
  way: Type.Optional(oneOf(ways)),
  why: Type.Optional(oneOf(tellableWhys)),
  supporterId: Type.Optional(nullable(id)),
};

/** What happens to follow-ups. */
export const followUpEvents = defineEvents({
  'follow_up.added': {
    values: {
      dueOn: day,
      way: Type.Optional(oneOf(ways)),
      startsAt: Type.Optional(time),
      supporterId: Type.Optional(id),
      step: Type.Optional(schemeWord),
      again: Type.Optional(flag),
    },
    line: (v) =>
      `Follow-up planned for ${date(v.dueOn)}${v.way ? ` (${by(v.way)})` : ''}${v.again ? ', to try again after no answer' : ''}`,
  },
  'follow_up.moved': {
    values: { dueOn: day, startsAt: time, withHandover: Type.Optional(flag), ...change },
    line: (v) =>
      [
        `Follow-up moved to ${date(v.dueOn)}${v.startsAt ? ` at ${showTime(v.startsAt)}` : ''}${v.withHandover ? ', with the handover' : ''}`,
        ...changes(v),
      ].join('. '),
  },
  'follow_up.changed': {
    values: change,
    line: (v) => {
      const [first, ...rest] = changes(v);
      return first ? [`Follow-up changed: ${first.toLowerCase()}`, ...rest].join('. ') : 'Follow-up changed';
    },
  },
  'follow_up.outcome_recorded': {
    values: {
      result: oneOf(outcomeResults),
      step: Type.Optional(schemeWord),
      from: status,
      to: oneOf(outcomeResults),
      on: Type.Optional(day),
      plannedOn: Type.Optional(day),
    },
    line: (v) =>
      `Follow-up ${inside(v.result)}${called(v.step)}${v.on && v.plannedOn ? ` on ${date(v.on)}, planned for ${date(v.plannedOn)}` : ''}`,
  },
  'follow_up.outcome_taken_back': {
    values: {
      result: oneOf(outcomeResults),
      step: Type.Optional(schemeWord),
      from: oneOf(outcomeResults),
      to: status,
      dueOn: day,
      concernToo: Type.Optional(flag),
      againOff: Type.Optional(flag),
    },
    line: (v) =>
      `Follow-up ${inside(v.result)}${called(v.step)}. It was recorded by mistake and is taken back${v.concernToo ? ', with the concern' : ''}${standsNow(v.to, v.dueOn)}${v.againOff ? '. The other try is off' : ''}`,
  },
});

/** What became of a follow-up of which the outcome is taken back, in a sentence. */
function standsNow(to: FollowUpStatus | undefined, dueOn: string | undefined): string {
  if (to === 'cancelled') return '. It is off, since what it was of has ended';
  return dueOn ? `. It stands again for ${date(dueOn)}` : '';
}

function by(way: Way): string {
  return wayWords[way] ?? inside(way);
}

/** What else changed of a follow-up, in sentences. */
function changes({ from, to, way, supporterId }: Partial<Static<Type.TObject<typeof change>>>): string[] {
  return [
    ...(to && to !== from ? [to === 'confirmed' ? 'Confirmed with the person' : 'No longer confirmed'] : []),
    ...(way ? [`Now ${by(way)}`] : []),
    ...(supporterId === undefined ? [] : [supporterId ? 'Given to a supporter' : 'No supporter has it']),
  ];
}
