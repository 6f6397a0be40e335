import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, text } from '../shared/schemas.ts';

export const NewDataPlan = strictObject(
  {
    network: text(100),
    iccid: Type.String({
      pattern: '^89[0-9]{16,18}$',
      errorMessage: 'An ICCID begins with 89 and has 18 to 20 digits. It is printed on the SIM.',
    }),
    msisdn: Type.Optional(text(30, { description: 'The number of the SIM' })),
    gbPerMonth: nullable(Type.Integer({ minimum: 1, maximum: 1000, description: 'Null for no cap' })),
    durationMonths: Type.Integer({ minimum: 1, maximum: 60 }),
    activatedOn: Type.Optional(
      Type.String({ format: 'date', description: 'Starts the clock; left out while the SIM is unused' }),
    ),
  },
  {
    examples: [
      {
        network: 'O2',
        iccid: '8944116059799981699',
        gbPerMonth: 25,
        durationMonths: 12,
        activatedOn: '2026-11-23',
      },
    ],
  },
);
export type NewDataPlan = Static<typeof NewDataPlan>;

export const DataPlanFitted = Type.Object({
  id: Type.String(),
  expiresOn: nullable(Type.String()),
  warnings: Type.Array(Type.String(), { description: 'What to check; the plan is recorded all the same' }),
});
export type DataPlanFitted = Static<typeof DataPlanFitted>;
