import Type, { type Static } from 'typebox';
import { tellableWhys } from '../messages/why.rules.ts';
import { TrustedShown } from '../people/trusted.rules.ts';
import { strictObject } from '../shared/http.ts';
import { listQuery, pageOf } from '../shared/lists.ts';
import { line, nullable, oneOf, text, time } from '../shared/schemas.ts';
import { Handout } from './handout.schemas.ts';
import {
  clashesWith,
  followUpStatuses,
  frequencies,
  obstacles,
  outcomeResults,
  topics,
  ways,
} from './support.rules.ts';
import { hindrances } from './way.rules.ts';

const id = Type.String({ format: 'uuid' });
const date = Type.String({ format: 'date' });
export const minutes = Type.Integer({ minimum: 5, maximum: 480 });

const why = Type.Optional(
  oneOf(tellableWhys, {
    description: 'Why it is off, or changes: said to the person, in words that tell nobody what it is about',
  }),
);

export const NewOutcome = strictObject(
  {
    result: oneOf(outcomeResults),
    topics: Type.Optional(Type.Array(oneOf(topics), { uniqueItems: true })),
    minutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 480 })),
    confidence: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 5,
        description: 'Digital confidence as the person puts it, 1 to 5',
      }),
    ),
    frequency: Type.Optional(oneOf(frequencies, { description: 'How often the device is used' })),
    gotInTheWay: Type.Optional(Type.Array(oneOf(obstacles), { uniqueItems: true })),
    concern: Type.Optional(Type.Boolean({ description: 'True makes an urgent task for staff' })),
    note: Type.Optional(text(4000)),
    nextStep: Type.Optional(text(1000)),
    why,
    again: Type.Optional(
      strictObject(
        {
          dueOn: date,
          startsAt: Type.Optional({
            ...time,
            description:
              'HH:MM in London, which has to be free; the free time next to the one it had when left out',
          }),
        },
        {
          description: 'Of one that was missed: when it is tried again. A follow-up like it is planned then',
        },
      ),
    ),
    happenedOn: Type.Optional(
      Type.String({
        format: 'date',
        description:
          'The day it took place or was missed, on which it counts; the day it was planned for when left out, or today when that is ahead',
      }),
    ),
  },
  {
    examples: [
      {
        result: 'done',
        topics: ['getting_started'],
        minutes: 25,
        confidence: 2,
        frequency: 'weekly',
        nextStep: 'Show how to join a video call',
      },
    ],
  },
);
export type NewOutcome = Static<typeof NewOutcome>;

export const OutcomeRecorded = Type.Object({
  followUp: Type.Object({ id: Type.String(), status: oneOf(followUpStatuses) }),
  tasks: Type.Array(oneOf(['missed_twice', 'concern']), {
    description: 'What staff were asked to do because of it',
  }),
  again: Type.Optional(
    Type.Object(
      { id: Type.String(), dueOn: Type.String(), startsAt: Type.String() },
      { description: 'The follow-up by which it is tried again' },
    ),
  ),
});
export type OutcomeRecorded = Static<typeof OutcomeRecorded>;

export const FollowUpChange = strictObject(
  {
    dueOn: Type.Optional(date),
    startsAt: Type.Optional({
      ...time,
      description: 'HH:MM in London; with a date alone, the free time next to the one it has',
    }),
    minutes: Type.Optional(minutes),
    way: Type.Optional(oneOf(ways)),
    onlyFree: Type.Optional(
      Type.Boolean({
        description:
          'Refuse a time at which there is something else, outside the person’s hours, or on a day without work',
      }),
    ),
    supporterId: Type.Optional(nullable(id)),
    status: Type.Optional(oneOf(['planned', 'confirmed'])),
    why,
  },
  { minProperties: 1, examples: [{ dueOn: '2026-12-01', startsAt: '14:30' }] },
);
export type FollowUpChange = Static<typeof FollowUpChange>;

export const NewFollowUp = strictObject(
  {
    patientId: id,
    dueOn: date,
    startsAt: Type.Optional({
      ...time,
      description:
        'HH:MM in London; the free time next to 10:00 when left out, on a later day when there is none',
    }),
    minutes: Type.Optional(minutes),
    way: Type.Optional(
      oneOf(ways, { description: 'A phone call, or another way that the person can use, when left out' }),
    ),
    step: Type.Optional(line(100, { description: 'What it is for, in a few words' })),
    supporterId: Type.Optional(id),
    note: Type.Optional(text(2000)),
  },
  { examples: [{ patientId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', dueOn: '2026-12-01', way: 'phone' }] },
);
export type NewFollowUp = Static<typeof NewFollowUp>;

const Named = Type.Object({ id: Type.String(), name: Type.String() });
export const FollowUpSummary = Type.Object({
  id: Type.String(),
  step: Type.String(),
  dueOn: Type.String(),
  startsAt: Type.String({ description: 'HH:MM in London' }),
  minutes: Type.Integer(),
  way: oneOf(ways),
  status: oneOf(followUpStatuses),
  patient: Named,
  isPaused: Type.Boolean({ description: 'The person’s pause of all contact lasts longer than this' }),
  interpreter: Type.Boolean({ description: 'An interpreter is needed for it' }),
  hindrances: Type.Array(oneOf(hindrances), {
    description: 'What stands in the way of it as it is planned, while it is ahead',
  }),
  conflict: nullable(Type.String({ description: 'The same in a sentence; null when nothing does' })),
  clashes: Type.Array(
    Type.Object({
      with: oneOf(clashesWith, {
        description: 'Whose other time it is: the supporter’s, theirs at a drop-in, or the person’s',
      }),
      startsAt: Type.String({ description: 'HH:MM in London' }),
      minutes: Type.Integer(),
    }),
    { description: 'What is at the same time, while it is ahead' },
  ),
  ringFirst: nullable(
    Type.Object(TrustedShown, {
      description: 'The trusted person through whom it goes, while it is ahead; each look is logged',
    }),
  ),
  supporter: nullable(Named),
});
export type FollowUpSummary = Static<typeof FollowUpSummary>;

export const FollowUp = Type.Object({
  ...FollowUpSummary.properties,
  note: nullable(Type.String()),
  visitRisks: nullable(
    Type.String({ description: 'What a visitor must know to be safe; only of contacts in person' }),
  ),
  changedAt: Type.String(),
  startsAtInstant: Type.String({ description: 'The start as an instant, ISO 8601' }),
  contact: Type.Object(
    {
      choice: oneOf(['any_safe', 'patient_contacts_us']),
      state: oneOf(['open', 'paused', 'withdrawn', 'deceased']),
      pausedUntil: nullable(Type.String()),
      communicationNeeds: Type.Array(Type.String()),
      language: nullable(Type.String()),
      interpreter: Type.Boolean(),
      points: Type.Array(
        Type.Object({
          channel: Type.String(),
          value: Type.String(),
          voicemailOk: Type.Boolean(),
          hours: nullable(
            Type.Array(
              Type.Object({ days: Type.Array(Type.Integer()), from: Type.String(), to: Type.String() }),
            ),
          ),
        }),
        { description: 'Only the safe ones, in the person’s order' },
      ),
      trusted: nullable(
        Type.Object(TrustedShown, {
          description:
            'The trusted person, where they may be contacted for support or in an emergency; `first`: before the person. Each look is logged',
        }),
      ),
    },
    { description: 'What the contact itself needs, and no more' },
  ),
  loan: nullable(
    Type.Object({
      id: Type.String(),
      reference: Type.String(),
      devices: Type.Array(
        Type.Object({
          assetTag: Type.String(),
          kind: Type.String(),
          make: Type.String(),
          model: Type.String(),
        }),
      ),
    }),
  ),
  hasConcern: Type.Boolean({
    description: 'A concern was raised at it that stands, also where the outcome was taken back',
  }),
  takenBackOutcomes: Type.Array(
    Type.Object({
      id: Type.String(),
      result: oneOf(outcomeResults),
      takenBackAt: Type.String(),
      takenBackBy: Type.String({ description: 'Who of the staff' }),
      reason: Type.String(),
    }),
    { description: 'What was recorded by mistake and counts nowhere, the latest first' },
  ),
  outcome: nullable(
    Type.Object({
      id: Type.String(),
      result: oneOf(outcomeResults),
      topics: Type.Array(Type.String()),
      minutes: nullable(Type.Integer()),
      confidence: nullable(Type.Integer()),
      frequency: nullable(Type.String()),
      gotInTheWay: Type.Array(Type.String()),
      concern: Type.Boolean(),
      note: nullable(Type.String()),
      nextStep: nullable(Type.String()),
    }),
  ),
  earlier: Type.Array(
    Type.Object({
      id: Type.String(),
      step: Type.String(),
      dueOn: Type.String(),
      status: oneOf(followUpStatuses),
      confidence: nullable(Type.Integer()),
      note: nullable(Type.String()),
      nextStep: nullable(Type.String()),
    }),
    { description: 'The last contacts before it, newest first' },
  ),
  given: Type.Array(Handout, {
    description: 'Guides and signposts that the person was given, newest first, at most 50',
  }),
});
export type FollowUp = Static<typeof FollowUp>;

export const FollowUpList = pageOf(FollowUpSummary);
export const FollowUpQuery = Type.Object(
  {
    ...listQuery,
    from: Type.Optional(date),
    to: Type.Optional(date),
    supporterId: Type.Optional(id),
    unassigned: Type.Optional(
      Type.Boolean({
        description: 'Only those without a supporter, and those ahead of someone who does none any more',
      }),
    ),
    left: Type.Optional(Type.Boolean({ description: 'Only those of someone who does none any more' })),
    patientId: Type.Optional(id),
    status: Type.Optional(
      oneOf([...followUpStatuses, 'ahead'], { description: 'ahead: planned or confirmed' }),
    ),
  },
  { additionalProperties: false },
);
export type FollowUpQuery = Static<typeof FollowUpQuery>;
