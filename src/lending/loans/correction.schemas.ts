import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { handoverWays } from './loan.rules.ts';
import { Loan, NewLoan } from './loan.schemas.ts';

const { acceptedBy, witness, signature } = NewLoan.properties.agreement.properties;
const date = Type.String({ format: 'date' });

export const LoanCorrection = strictObject(
  {
    handover: Type.Optional(
      strictObject(
        { way: Type.Optional(oneOf(handoverWays)), on: Type.Optional(date) },
        { minProperties: 1 },
      ),
    ),
    dueOn: Type.Optional(
      nullable(
        Type.String({
          format: 'date',
          description:
            'As it should have been written down; to put it off, extend the loan. Null for a loan that stays open',
        }),
      ),
    ),
    termsId: Type.Optional(
      Type.String({
        format: 'uuid',
        description: 'Terms of the same borrower; the day it is due stays as it is',
      }),
    ),
    agreement: Type.Optional(strictObject({ acceptedBy, witness, signature })),
  },
  { minProperties: 1, examples: [{ handover: { on: '2026-11-20' } }, { dueOn: '2027-02-22' }] },
);
export type LoanCorrection = Static<typeof LoanCorrection>;

export const LoanCorrected = Type.Object({
  ...Loan.properties,
  warnings: Type.Array(Type.String(), {
    description: 'What to look at now, such as follow-ups that stay because they are confirmed',
  }),
});
export type LoanCorrected = Static<typeof LoanCorrected>;
