import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { borrowers } from './terms.rules.ts';

/** What the numbers of terms may be. */
export const termsNumbers = {
  weeks: Type.Integer({ minimum: 1, maximum: 520 }),
  months: Type.Integer({ minimum: 1, maximum: 60 }),
  times: Type.Integer({ minimum: 0, maximum: 100 }),
};
const { weeks, months, times } = termsNumbers;

export const LoanTerms = Type.Object({
  id: Type.String(),
  name: Type.String(),
  borrower: oneOf(borrowers),
  weeks: nullable(Type.Integer({ description: 'Null for terms without an end' })),
  reviewMonths: nullable(Type.Integer({ description: 'Months between two looks at a loan without a date' })),
  extensionsAllowed: Type.Integer(),
  extensionWeeks: Type.Integer({ description: 'How long an extension usually is' }),
  supportPlanId: nullable(
    Type.String({ description: 'The support plan that begins with it; null for the default' }),
  ),
  isDefault: Type.Boolean({ description: 'Of its borrower, where a loan names no terms' }),
  retired: Type.Boolean({ description: 'No longer offered; loans that have them keep them' }),
  changedAt: Type.String(),
});
export type LoanTerms = Static<typeof LoanTerms>;
export const LoanTermsList = Type.Object({ items: Type.Array(LoanTerms) });

const supportPlanId = nullable(Type.String({ format: 'uuid' }));

export const NewTerms = strictObject(
  {
    name: line(100),
    borrower: oneOf(borrowers),
    weeks: Type.Optional(nullable(weeks)),
    reviewMonths: Type.Optional(nullable(months)),
    extensionsAllowed: Type.Optional(times),
    extensionWeeks: Type.Optional(weeks),
    supportPlanId: Type.Optional(supportPlanId),
    isDefault: Type.Optional(Type.Boolean()),
  },
  { examples: [{ name: 'Course loan', borrower: 'patient', weeks: 12, extensionsAllowed: 1 }] },
);
export type NewTerms = Static<typeof NewTerms>;

export const TermsChange = strictObject(
  {
    name: Type.Optional(line(100)),
    weeks: Type.Optional(nullable(weeks)),
    reviewMonths: Type.Optional(nullable(months)),
    extensionsAllowed: Type.Optional(times),
    extensionWeeks: Type.Optional(weeks),
    supportPlanId: Type.Optional(supportPlanId),
    isDefault: Type.Optional(Type.Boolean()),
    retired: Type.Optional(Type.Boolean()),
  },
  { minProperties: 1, examples: [{ extensionsAllowed: 3 }] },
);
export type TermsChange = Static<typeof TermsChange>;
