import Type, { type Static } from 'typebox';
import { askingWays } from '../../people/asking.rules.ts';
import { strictObject } from '../../shared/http.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { type Answer, mostItems } from './instrument.rules.ts';
import { Item } from './instrument.schemas.ts';

export const measureStatuses = ['asked', 'answered', 'declined'] as const;

const id = Type.String({ format: 'uuid' });
const answer = Type.Unsafe<Answer>({
  anyOf: [
    { type: 'integer', minimum: -1000, maximum: 1000 },
    { type: 'string', enum: ['rather_not'] },
    { type: 'null' },
  ],
});
const byItem = 'By item, in their order: the number, null where there is none, or `rather_not`';
const answers = Type.Array(answer, { minItems: 1, maxItems: mostItems, description: byItem });
const declined = Type.Literal(true, {
  description: 'They would rather not be asked this, and are not asked it again',
});
const onDay = (description: string) => Type.Optional(Type.String({ format: 'date', description }));

export const NewMeasureAtCall = strictObject(
  {
    instrumentId: id,
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'The version that was read out; where it is no longer the newest, nothing is written',
      }),
    ),
    answers: Type.Optional(answers),
    declined: Type.Optional(declined),
  },
  { examples: [{ instrumentId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', answers: [4] }] },
);
export type NewMeasureAtCall = Static<typeof NewMeasureAtCall>;

export const NewMeasure = strictObject(
  {
    instrumentId: id,
    way: oneOf(['call', 'paper'], { description: 'On paper it may be answered later' }),
    askedOn: onDay('Today when left out'),
    answers: Type.Optional(answers),
    declined: Type.Optional(declined),
  },
  { examples: [{ instrumentId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', way: 'paper' }] },
);
export type NewMeasure = Static<typeof NewMeasure>;

export const NewAnswers = strictObject(
  {
    answers: Type.Optional(answers),
    declined: Type.Optional(declined),
    answeredOn: onDay('When they filled it in; today when left out'),
  },
  { minProperties: 1, examples: [{ answers: [4], answeredOn: '2026-11-23' }] },
);
export type NewAnswers = Static<typeof NewAnswers>;

export const NewMeasureByLink = strictObject(
  { instrumentId: id },
  { examples: [{ instrumentId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e' }] },
);
export type NewMeasureByLink = Static<typeof NewMeasureByLink>;

const instrument = Type.Object({ id: Type.String(), name: Type.String(), version: Type.Integer() });

export const MeasureSummary = Type.Object({
  id: Type.String(),
  instrument,
  way: oneOf(askingWays),
  status: oneOf(measureStatuses),
  askedOn: Type.String(),
  askedBy: Type.String({ description: 'Who of the staff' }),
  answeredOn: nullable(Type.String()),
  total: nullable(Type.Number({ description: 'Null where too many answers are missing' })),
  followUpId: nullable(Type.String()),
  link: nullable(
    Type.Object(
      {
        until: Type.String({ description: 'The last day on which it is answered' }),
        endedAt: nullable(Type.String()),
      },
      { description: 'Of one that is asked by the link in a message' },
    ),
  ),
  takenBack: nullable(Type.Object({ at: Type.String(), by: Type.String(), reason: Type.String() })),
});
export type MeasureSummary = Static<typeof MeasureSummary>;

export const Measure = Type.Object({
  ...MeasureSummary.properties,
  patient: Type.Object({ id: Type.String(), name: Type.String() }),
  items: Type.Array(Item),
  answers: nullable(Type.Array(answer, { description: `${byItem}; empty once the person was erased` })),
});
export type Measure = Static<typeof Measure>;

export const MeasureToAsk = Type.Object({
  instrumentId: Type.String(),
  name: Type.String(),
  dueSince: nullable(Type.String({ description: 'Since when it is due by its plan; null: it is not' })),
  whyNot: nullable(
    Type.String({
      description: 'Why it is not to be asked: the instrument’s own reason, or that they declined',
    }),
  ),
  isRecordedHere: Type.Boolean({ description: 'It was asked at this follow-up' }),
});
export type MeasureToAsk = Static<typeof MeasureToAsk>;

export const MeasureList = Type.Object({
  items: Type.Array(MeasureSummary, { description: 'The newest first, 200 at most' }),
  toAsk: Type.Array(MeasureToAsk),
});
