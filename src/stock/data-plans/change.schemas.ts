import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable } from '../../shared/schemas.ts';
import { DataPlan } from './data-plan.schemas.ts';

const date = (description: string) => Type.String({ format: 'date', description });

/** What may be corrected of what was recorded of a SIM and its plan; null takes away what is there. */
export const DataPlanChange = strictObject(
  {
    iccid: Type.Optional(
      line(40, { description: 'Its digits; spaces, hyphens and the F at its end are left out' }),
    ),
    msisdn: Type.Optional(
      nullable(
        line(50, {
          description: 'The number of the SIM. Where the old one is a way to reach who has it, that stops',
        }),
      ),
    ),
    network: Type.Optional(line(100)),
    gbPerMonth: Type.Optional(
      nullable(Type.Integer({ minimum: 1, maximum: 1000, description: 'Null for no cap' })),
    ),
    durationMonths: Type.Optional(Type.Integer({ minimum: 1, maximum: 60 })),
    activatedOn: Type.Optional(nullable(date('Null for a SIM that was not activated'))),
    expiresOn: Type.Optional(
      nullable(
        date(
          'The first day without data; null: the months counted from activatedOn. When left out, it moves with these unless it was renewed to another day',
        ),
      ),
    ),
    endedOn: Type.Optional(date('Only of a plan that has ended')),
  },
  { minProperties: 1, examples: [{ iccid: '8944 1160 5979 9981 699F', activatedOn: '2026-11-20' }] },
);
export type DataPlanChange = Static<typeof DataPlanChange>;

/** A plan as it is after a correction, and what there is to know of it. */
export const DataPlanChanged = Type.Object({
  ...DataPlan.properties,
  numberStopped: Type.Boolean({
    description:
      'True when the old number reached a patient and does so no longer; a task asks for another way',
  }),
  warnings: Type.Array(Type.String()),
});
export type DataPlanChanged = Static<typeof DataPlanChanged>;
