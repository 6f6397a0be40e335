import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { listQuery, pageOf } from '../shared/lists.ts';
import { nullable, oneOf, text } from '../shared/schemas.ts';
import { batchStatuses, memberOutcomes, type RetentionClass, retentionClasses } from './retention.rules.ts';

const classes = Object.keys(retentionClasses) as RetentionClass[];
const months = (who: RetentionClass) =>
  Type.Integer({
    minimum: 1,
    maximum: 600,
    description: `${retentionClasses[who]}: months after the last that was new about them; null keeps them`,
  });
const [helped, notHelped, deceased] = [months('helped'), months('not_helped'), months('deceased')];
const perClass = {
  helpedMonths: nullable(helped),
  notHelpedMonths: nullable(notHelped),
  deceasedMonths: nullable(deceased),
};
/** The periods as a form has them: an empty field keeps everyone of the class. */
export const RetentionForm = Type.Partial(
  strictObject({ helpedMonths: helped, notHelpedMonths: notHelped, deceasedMonths: deceased }),
);

export const Retention = Type.Object({ ...perClass, changedAt: Type.String() });
export type Retention = Static<typeof Retention>;

export const RetentionChange = Type.Partial(strictObject(perClass), {
  additionalProperties: false,
  minProperties: 1,
  examples: [{ helpedMonths: 96, notHelpedMonths: 24 }],
});
export type RetentionChange = Static<typeof RetentionChange>;

const batch = {
  id: Type.String(),
  class: oneOf(classes),
  months: Type.Integer({ description: 'What was decided for the class when they were proposed' }),
  status: oneOf(batchStatuses),
  proposedAt: Type.String(),
  decidedByName: nullable(Type.String()),
  decidedAt: nullable(Type.String()),
  reason: nullable(Type.String()),
  people: Type.Integer(),
  erased: Type.Integer(),
};
export const RetentionBatchSummary = Type.Object(batch);
export type RetentionBatchSummary = Static<typeof RetentionBatchSummary>;
export const RetentionBatchList = pageOf(RetentionBatchSummary);
export const RetentionBatchQuery = strictObject({
  status: Type.Optional(oneOf(batchStatuses)),
  ...listQuery,
});
export type RetentionBatchQuery = Static<typeof RetentionBatchQuery>;

export const RetentionBatch = Type.Object({
  ...batch,
  members: Type.Array(
    Type.Object({
      patientId: Type.String(),
      name: Type.String(),
      lastOn: Type.String({ description: 'The last day on which something about them was new' }),
      outcome: nullable(
        oneOf(memberOutcomes, { description: 'no_longer_due: something about them was new by then' }),
      ),
    }),
  ),
});
export type RetentionBatch = Static<typeof RetentionBatch>;

export const NewBatchDecision = strictObject(
  {
    decision: oneOf(['erase', 'keep'], { description: 'What becomes of the people in it' }),
    keep: Type.Optional(
      Type.Array(Type.String({ format: 'uuid' }), {
        maxItems: 100,
        uniqueItems: true,
        description: 'Patients who are kept although the others are erased',
      }),
    ),
    reason: Type.Optional(
      text(500, { description: 'Why some or all are kept, which has to be said; name nobody here' }),
    ),
  },
  {
    examples: [
      {
        decision: 'erase',
        keep: ['01900000-0000-7000-8000-000000000001'],
        reason: 'A complaint may still come',
      },
    ],
  },
);
export type NewBatchDecision = Static<typeof NewBatchDecision>;
